using System.Numerics.Tensors;
using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Dsp.Mixing;

/// <summary>One gain for a set of stems, so that they keep their balance.</summary>
public static class CommonGain
{
    /// <summary>The largest float gain, at most 1, with which no sample of any stem exceeds the ceiling.</summary>
    /// <param name="ceiling">Magnitude, linear; above 0.</param>
    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.InvalidSamples"/>: a sample is NaN or infinite.</exception>
    public static float For(IEnumerable<AudioBuffer> stems, float ceiling)
    {
        if (!(ceiling > 0f && float.IsFinite(ceiling)))
            throw new ArgumentOutOfRangeException(nameof(ceiling), ceiling, "A ceiling is a finite magnitude above 0.");
        float peak = 0f;
        foreach (AudioBuffer stem in stems)
        {
            Samples.RequireFinite(stem, stem.Channels, heard: 0);
            for (int channel = 0; channel < stem.Channels; channel++) peak = Math.Max(peak, PeakScanner.LargestSample(stem[channel]));
        }

        float gain = peak <= ceiling ? 1f : ceiling / peak;
        while (gain * peak > ceiling) gain = float.BitDecrement(gain);
        return gain;
    }

    /// <summary>Multiplies every sample, in place.</summary>
    /// <param name="gain">Linear; 0 to 1.</param>
    public static void Apply(AudioBuffer stem, float gain)
    {
        if (gain is not (>= 0f and <= 1f)) throw new ArgumentOutOfRangeException(nameof(gain), gain, "A common gain lies between 0 and 1.");
        for (int channel = 0; channel < stem.Channels; channel++) TensorPrimitives.Multiply<float>(stem[channel], gain, stem[channel]);
    }

    /// <summary>The definition of <see cref="Apply"/>.</summary>
    internal static void ApplyScalar(Span<float> samples, float gain)
    {
        for (int i = 0; i < samples.Length; i++) samples[i] *= gain;
    }
}
