namespace DgxMusic.Dsp.Alignment;

/// <summary>
/// Where sounds begin abruptly: the energy of the first difference, which favours what is bright, rises far above that of the moments before.
/// </summary>
static class Transients
{
    const double StepSeconds = 0.0025;

    // Against the mean of the eight steps before, 20 ms; the floor keeps breath and hiss between notes from counting.
    const int Before = 8;
    const double Rise = 6.0, Floor = 0.02;

    /// <param name="spacing">Frames; of two closer ones the stronger stays.</param>
    /// <returns>Frames, rising.</returns>
    public static IReadOnlyList<int> Find(AudioBuffer audio, int spacing)
    {
        int step = Math.Max(1, (int)Math.Round(StepSeconds * audio.SampleRateHz));
        double[] energies = Energies(audio, step);
        double floor = energies.Length == 0 ? 0.0 : Floor * energies.Average();
        var found = new List<(int Frame, double Rise)>();
        for (int i = 1; i < energies.Length; i++)
        {
            double before = energies.AsSpan(Math.Max(0, i - Before), Math.Min(i, Before)).ToArray().Average();
            if (energies[i] <= floor || energies[i] < Rise * before) continue;
            double rise = energies[i] - before;
            if (found.Count == 0 || (i * step) - found[^1].Frame >= spacing) found.Add((i * step, rise));
            else if (rise > found[^1].Rise && (found.Count == 1 || (i * step) - found[^2].Frame >= spacing)) found[^1] = (i * step, rise);
        }

        return [.. found.Select(transient => transient.Frame)];
    }

    static double[] Energies(AudioBuffer audio, int step)
    {
        var energies = new double[audio.Frames / step];
        for (int channel = 0; channel < audio.Channels; channel++)
        {
            ReadOnlySpan<float> samples = audio[channel];
            for (int i = 1; i < energies.Length * step; i++)
            {
                double difference = (double)samples[i] - samples[i - 1];
                energies[i / step] += difference * difference;
            }
        }

        return energies;
    }
}
