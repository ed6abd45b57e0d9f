using DgxMusic.Audio;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Resampling;

namespace DgxMusic.Models.Separation;

/// <summary>A track as separators take it: stereo, at the model's rate.</summary>
public static class StereoTrack
{
    const int BlockFrames = 1 << 14;

    /// <summary>Reads and converts a track; a block is valid until the next.</summary>
    /// <param name="rateHz">Null: the track's own.</param>
    /// <param name="warnings">Gets what the reader has to say, at the end.</param>
    /// <exception cref="PipelineException">As opening the source says it; <see cref="Problem.TooManyChannels"/>, <see cref="Problem.InvalidSamples"/>.</exception>
    public static IEnumerable<AudioBuffer> Blocks(SampleSource source, int? rateHz, List<string>? warnings, CancellationToken cancellation)
    {
        using ISampleReader reader = source.Open().RefusingInvalidSamples();
        AudioFormat format = reader.Format;
        CheckChannels(format.Channels);
        Resampler? resampler = rateHz is { } wanted && wanted != format.SampleRateHz ? new(format.SampleRateHz, wanted, format.Channels) : null;
        var buffer = new AudioBuffer(format.SampleRateHz, format.Channels, BlockFrames);
        while (reader.Read(buffer) is > 0 and int frames)
        {
            cancellation.ThrowIfCancellationRequested();
            AudioBuffer block = buffer.Slice(0, frames);
            yield return Stereo(resampler?.Process(block) ?? block);
        }

        if (resampler is not null) yield return Stereo(resampler.Flush());
        warnings?.AddRange(reader.Warnings);
    }

    /// <exception cref="PipelineException"><see cref="Problem.TooManyChannels"/>: more than two.</exception>
    public static void CheckChannels(int channels)
    {
        if (channels > 2) throw new PipelineException(Problem.TooManyChannels, $"This track has {channels} channels; mono and stereo are taken apart.");
    }

    static AudioBuffer Stereo(AudioBuffer block)
    {
        if (block.Channels == 2) return block;
        float[] mono = block[0].ToArray();
        return new(block.SampleRateHz, [mono, [.. mono]]);
    }
}

/// <summary>Counts the frames of a stereo track and takes mean and deviation of the mean of both channels.</summary>
public sealed class TrackMeasure
{
    long frames;
    double sum, squares;

    public void Add(AudioBuffer block)
    {
        frames += block.Frames;
        ReadOnlySpan<float> left = block[0], right = block[1];
        for (int n = 0; n < left.Length; n++)
        {
            double middle = (left[n] + right[n]) / 2.0;
            (sum, squares) = (sum + middle, squares + (middle * middle));
        }
    }

    /// <exception cref="PipelineException"><see cref="Problem.EmptyAudio"/>: nothing was added.</exception>
    public TrackStatistics Complete()
    {
        if (frames == 0) throw new PipelineException(Problem.EmptyAudio, "The track has no samples.");
        double mean = sum / frames, variance = frames < 2 ? 0 : Math.Max(0, squares - (frames * mean * mean)) / (frames - 1);
        return new(frames, mean, Math.Sqrt(variance));
    }
}
