using DgxMusic.Contracts;

namespace DgxMusic.Dsp.Loudness;

/// <summary>
/// Loudness of a signal that arrives in blocks of any size: ITU-R BS.1770-5 Annex 1, EBU Tech 3341 and 3342. The blocking never changes
/// a bit of the result. Keeps 8 bytes for each 100 ms heard, and as many for each channel.
/// </summary>
/// <remarks>
/// Energies are summed over 10 ms, so that momentary and short-term loudness move in steps of 10 ms; gating blocks and windows of the
/// loudness range start every 100 ms. Edges lie at round(i × 10 ms × rate). Incomplete windows do not count.
/// </remarks>
public sealed class LoudnessMeter
{
    public const int MostChannels = 8;

    const int StepsPerHop = HopEnergies.StepsPerHop, StepsPerWindow = StepsPerHop * HopEnergies.HopsPerWindow;

    readonly int sampleRateHz, channels;
    readonly double[] weights;
    readonly KWeightedEnergy[] pairs;
    readonly double[] steps = new double[StepsPerHop];
    readonly double[] hopsBySteps = new double[StepsPerWindow];
    readonly HopEnergies[] channelHops;
    readonly double[] channelHop;
    double momentaryPower, momentaryMaxPower, shortTermPower, shortTermMaxPower;
    long step;

    /// <param name="sampleRateHz">Exact from 8,000 to 384,000; below, the filters' response is off by up to 0.2 dB near half the rate.</param>
    /// <param name="channels">1 to 8.</param>
    /// <param name="channelMask">WAVE speaker positions; 0 takes the usual layout of so many channels.</param>
    /// <exception cref="PipelineException"><see cref="Problem.TooManyChannels"/>.</exception>
    public LoudnessMeter(int sampleRateHz, int channels, uint channelMask = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, ExportOptions.LowestSampleRateHz);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        if (channels > MostChannels) throw new PipelineException(Problem.TooManyChannels, $"The audio has {channels} channels; loudness is measured for up to {MostChannels}.");
        (this.sampleRateHz, this.channels) = (sampleRateHz, channels);
        weights = ChannelWeights.Of(channels, channelMask);
        channelHop = new double[channels];
        channelHops = [.. channelHop.Select(_ => new HopEnergies(sampleRateHz))];
        Energies = new(sampleRateHz);
        var filters = KWeighting.At(sampleRateHz);
        pairs = [.. Enumerable.Range(0, (channels + 1) / 2).Select(_ => new KWeightedEnergy(filters))];
    }

    /// <summary>Of all channels, weighted.</summary>
    internal HopEnergies Energies { get; }

    /// <summary>Frames heard so far.</summary>
    public long Frames { get; private set; }

    /// <summary>LUFS; −∞ for silence and for less than one block of 400 ms.</summary>
    public double IntegratedLufs => Energies.IntegratedLufs();

    /// <summary>The 400 ms that end now, to the last 10 ms; LUFS.</summary>
    public double MomentaryLufs => LoudnessGates.Lufs(momentaryPower);

    /// <summary>The 3 s that end now, to the last 10 ms; LUFS.</summary>
    public double ShortTermLufs => LoudnessGates.Lufs(shortTermPower);

    /// <summary>The loudest 400 ms, LUFS; −∞ for silence and for less than 400 ms.</summary>
    public double MomentaryMaxLufs => LoudnessGates.Lufs(momentaryMaxPower);

    /// <summary>The loudest 3 s, LUFS; −∞ for silence and for less than 3 s.</summary>
    public double ShortTermMaxLufs => LoudnessGates.Lufs(shortTermMaxPower);

    /// <summary>LU; null for less than 3 s. EBU Tech 3342 calls it meaningful from 60 s on.</summary>
    public double? LoudnessRangeLu => Energies.RangeLu();

    /// <summary>Of one channel as if it were all there is, in front of the listener; LUFS.</summary>
    public double ChannelIntegratedLufs(int channel) => channelHops[channel].IntegratedLufs();

    /// <inheritdoc cref="LoudnessRangeLu"/>
    public double? ChannelLoudnessRangeLu(int channel) => channelHops[channel].RangeLu();

    /// <summary>Frames in one gating block of 400 ms; less audio than this has no loudness.</summary>
    public static long BlockFrames(int sampleRateHz) => Edge(HopEnergies.HopsPerBlock * StepsPerHop, sampleRateHz);

    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>: a sample is not a finite number.</exception>
    public void Process(AudioBuffer block)
    {
        Samples.Require(block, sampleRateHz, channels, Frames);
        for (int from = 0; from < block.Frames;)
        {
            int count = (int)Math.Min(block.Frames - from, Edge(step + 1, sampleRateHz) - Frames);
            for (int pair = 0; pair < pairs.Length; pair++)
            {
                // The last of an odd number of channels is its own partner; that half is thrown away.
                int right = Math.Min((2 * pair) + 1, channels - 1);
                pairs[pair].Add(block[2 * pair].Slice(from, count), block[right].Slice(from, count));
            }

            from += count;
            Frames += count;
            if (Frames == Edge(step + 1, sampleRateHz)) CloseStep();
        }
    }

    static long Edge(long step, int sampleRateHz) => HopEnergies.Edge(step, sampleRateHz);

    void CloseStep()
    {
        steps[step % StepsPerHop] = WeightedEnergy();
        double hop = 0.0;
        foreach (double energy in steps) hop += energy;
        hopsBySteps[step % StepsPerWindow] = hop;
        step++;
        if (step % StepsPerHop == 0) CloseHop(hop);
        (momentaryPower, shortTermPower) = (LatestPower(HopEnergies.HopsPerBlock), LatestPower(HopEnergies.HopsPerWindow));
        (momentaryMaxPower, shortTermMaxPower) = (Math.Max(momentaryMaxPower, momentaryPower), Math.Max(shortTermMaxPower, shortTermPower));
    }

    void CloseHop(double hop)
    {
        Energies.Add(hop);
        for (int channel = 0; channel < channels; channel++) channelHops[channel].Add(channelHop[channel]);
        Array.Clear(channelHop);
    }

    double WeightedEnergy()
    {
        double energy = 0.0;
        for (int pair = 0; pair < pairs.Length; pair++)
        {
            (double left, double right) = pairs[pair].TakeEnergies();
            energy += Weighted(2 * pair, left);
            if ((2 * pair) + 1 < channels) energy += Weighted((2 * pair) + 1, right);
        }

        return energy;
    }

    double Weighted(int channel, double energy)
    {
        channelHop[channel] += energy;
        return weights[channel] * energy;
    }

    /// <summary>Power of the window that ends now, 0 while there is no complete one. Sums anew, so that nothing drifts.</summary>
    double LatestPower(int windowHops)
    {
        long first = step - (windowHops * StepsPerHop);
        if (first < 0) return 0.0;
        double energy = 0.0;
        for (long last = first + StepsPerHop - 1; last < step; last += StepsPerHop) energy += hopsBySteps[last % StepsPerWindow];
        return energy / (Edge(step, sampleRateHz) - Edge(first, sampleRateHz));
    }
}
