namespace DgxMusic.Dsp.Spectrum;

/// <summary>One channel's bins of one window, from 0 Hz to the Nyquist frequency.</summary>
public sealed class ChannelSpectrum(int bins)
{
    public float[] Real { get; } = new float[bins];

    public float[] Imaginary { get; } = new float[bins];
}

/// <summary>Decides how much of each bin goes to each output. Gains lie within 0 … 1 and add up to at most 1.</summary>
public interface IMaskMaker
{
    int Outputs { get; }

    /// <summary>Frames after the one decided that have to be known.</summary>
    int LookAhead { get; }

    /// <summary>Takes the newest frame, by channel.</summary>
    void Push(ChannelSpectrum[] newest);

    /// <summary>Gains by output and bin for the frame <see cref="LookAhead"/> before the newest; valid until the next call.</summary>
    float[][] Make(ChannelSpectrum[] centre);
}
