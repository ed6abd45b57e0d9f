namespace DgxMusic.Dsp.Loudness;

/// <summary>What a signal holds in every 100 ms, and what loudness that makes: BS.1770 gates blocks of 400 ms, EBU Tech 3342 windows of 3 s.</summary>
sealed class HopEnergies(int sampleRateHz) : IEquatable<HopEnergies>
{
    public const int StepsPerSecond = 100, StepsPerHop = 10, HopsPerBlock = 4, HopsPerWindow = 30;

    readonly int sampleRateHz = sampleRateHz;
    readonly List<double> hops = [];

    /// <summary>First frame of a step of 10 ms.</summary>
    public static long Edge(long step, int sampleRateHz) => ((step * sampleRateHz) + (StepsPerSecond / 2)) / StepsPerSecond;

    public void Add(double energy) => hops.Add(energy);

    /// <param name="gain">Of a track that is louder by that factor; linear amplitude.</param>
    /// <returns>LUFS; −∞ for silence and for less than one block.</returns>
    public double IntegratedLufs(double gain = 1.0) => LoudnessGates.Integrated(WindowPowers(HopsPerBlock, gain));

    /// <inheritdoc cref="IntegratedLufs"/>
    /// <returns>LU; null for less than 3 s.</returns>
    public double? RangeLu(double gain = 1.0) => hops.Count < HopsPerWindow ? null : LoudnessGates.Range(WindowPowers(HopsPerWindow, gain));

    public bool Equals(HopEnergies? other) => other is not null && sampleRateHz == other.sampleRateHz && hops.SequenceEqual(other.hops);

    public override bool Equals(object? other) => Equals(other as HopEnergies);

    public override int GetHashCode() => HashCode.Combine(sampleRateHz, hops.Count);

    double[] WindowPowers(int windowHops, double gain)
    {
        var powers = new double[Math.Max(0, hops.Count - windowHops + 1)];
        for (int first = 0; first < powers.Length; first++)
        {
            double energy = 0.0;
            for (int hop = first; hop < first + windowHops; hop++) energy += hops[hop];
            powers[first] = gain * gain * energy / (EdgeOfHop(first + windowHops) - EdgeOfHop(first));
        }

        return powers;
    }

    long EdgeOfHop(int hop) => Edge((long)hop * StepsPerHop, sampleRateHz);
}
