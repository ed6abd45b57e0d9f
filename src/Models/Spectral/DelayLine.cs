namespace DgxMusic.Models.Spectral;

/// <summary>Gives back what it took, a number of samples later; silence first.</summary>
sealed class DelayLine(int delaySamples)
{
    readonly float[] memory = new float[delaySamples];
    int at;

    /// <summary>Exchanges the samples for those <paramref name="samples"/> earlier by the delay.</summary>
    public void Exchange(Span<float> samples)
    {
        while (samples.Length > 0 && memory.Length > 0)
        {
            int count = Math.Min(samples.Length, memory.Length - at);
            Span<float> kept = memory.AsSpan(at, count);
            for (int i = 0; i < count; i++) (kept[i], samples[i]) = (samples[i], kept[i]);
            samples = samples[count..];
            at = (at + count) % memory.Length;
        }
    }
}
