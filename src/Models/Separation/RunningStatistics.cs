using DgxMusic.Dsp;

namespace DgxMusic.Models.Separation;

/// <summary>Mean and deviation of the mean of both channels, of all frames so far. Frame by frame: blocks of any length give the same bits.</summary>
/// <param name="Sum">Of the mean of both channels.</param>
/// <param name="Squares">Sum of its squares.</param>
public readonly record struct RunningStatistics(long Frames, double Sum, double Squares)
{
    /// <param name="block">The next frames, stereo.</param>
    public RunningStatistics With(AudioBuffer block)
    {
        (double sum, double squares) = (Sum, Squares);
        ReadOnlySpan<float> left = block[0], right = block[1];
        for (int n = 0; n < left.Length; n++)
        {
            double middle = (left[n] + right[n]) / 2.0;
            (sum, squares) = (sum + middle, squares + (middle * middle));
        }

        return new(Frames + block.Frames, sum, squares);
    }

    public TrackStatistics ToTrack()
    {
        if (Frames == 0) return new(0, 0, 0);
        double mean = Sum / Frames, variance = Frames < 2 ? 0 : Math.Max(0, Squares - (Frames * mean * mean)) / (Frames - 1);
        return new(Frames, mean, Math.Sqrt(variance));
    }
}
