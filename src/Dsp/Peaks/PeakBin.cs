namespace DgxMusic.Dsp.Peaks;

/// <summary>What a waveform shows of some frames of one channel.</summary>
/// <param name="Least">Smallest sample.</param>
/// <param name="Most">Largest sample.</param>
/// <param name="Energy">Sum of squares.</param>
/// <param name="Frames">0 for none, and then all is 0.</param>
public readonly record struct PeakBin(float Least, float Most, double Energy, int Frames)
{
    public double Rms => Frames == 0 ? 0.0 : Math.Sqrt(Energy / Frames);

    /// <summary>Both together.</summary>
    public PeakBin With(PeakBin other)
    {
        if (Frames == 0) return other;
        if (other.Frames == 0) return this;
        return new(Math.Min(Least, other.Least), Math.Max(Most, other.Most), Energy + other.Energy, Frames + other.Frames);
    }
}
