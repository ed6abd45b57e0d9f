using DgxMusic.Dsp;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Spectral;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Models.Tests.Separation;

/// <summary>Music taken apart while it comes: the same bits however it comes, no later than stated, and as the plain definition says.</summary>
[Trait("Requirement", "D-42")]
public sealed class LiveSeparationTests
{
    const int RateHz = 44_100;

    static HTDemucsBag SmallBag() => HTDemucsBag.Load("small", new ManagedEngine(threads: 2), [GoldenFiles.Path("htdemucs_small", "model_fp32.th")]);

    [Fact]
    public void Run_HTDemucs_EqualsWindowsOfTheirOwnStatistics()
    {
        using HTDemucsBag bag = SmallBag();
        SegmentPlan plan = bag.PlanOf(new());
        AudioBuffer track = Rising((2 * plan.Stride) + plan.Frames - 30_000);
        float[] live = Played(new(bag, RateHz), track, [track.Frames]);
        double[] expected = ByDefinition(bag, plan, track);

        // Sums and statistics in another order and precision: some roundings of float32 at a peak of about 1.
        double worst = live.Zip(expected, (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(worst, 0, 2e-6);
    }

    [Fact]
    public void Run_HTDemucsInAnyBlocksWithOrWithoutTails_GivesTheSameBits()
    {
        using HTDemucsBag bag = SmallBag();
        var live = new LiveSeparation(bag, RateHz);
        AudioBuffer track = Rising((2 * live.Grid.StepFrames) + 100_001);
        float[] whole = Played(live, track, [track.Frames]);
        Assert.Equal(8 * track.Frames, whole.Length);
        Assert.Equal(whole, Played(live, track, [17, 99_991, 4_096]));
        Assert.Equal(whole, Played(live, track, [track.Frames], keepsTails: false));
    }

    [Theory]
    [InlineData(8_000)]
    [InlineData(44_100)]
    public void Run_Spectral_GivesTheWholeTrackBitForBit(int rateHz)
    {
        using var model = new SpectralModel();
        var live = new LiveSeparation(model, rateHz);
        AudioBuffer track = GoldenSignal.Mix((3 * live.Grid.StepFrames) + 777, rateHz, 2, "mix.noise");
        float[] whole = Whole(model, track);
        Assert.Equal(whole, Played(live, track, [track.Frames]));
        Assert.Equal(whole, Played(live, track, [1_001, 7, 50_000]));
    }

    /// <summary>A mix that this model only divides comes back as it went in, at every length around the borders of windows and although its level jumps by 40 dB.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(749)]
    [InlineData(750)]
    [InlineData(751)]
    [InlineData(1_000)]
    [InlineData(1_001)]
    [InlineData(1_500)]
    [InlineData(1_749)]
    [InlineData(1_751)]
    [InlineData(3_333)]
    public void Run_DividedMix_AddsUpToItself(int frames)
    {
        var model = new DividingModel();
        AudioBuffer track = Rising(frames);
        float[] stems = Played(new(model, RateHz), track, [333]);
        for (int channel = 0; channel < 2; channel++)
        {
            for (int n = 0; n < frames; n++) Assert.Equal(track[channel][n], stems[(channel * frames) + n] + stems[((2 + channel) * frames) + n], 1e-6);
        }

        // Each window is normalised by all up to its own end, in order, once.
        Assert.Equal(Enumerable.Range(0, (frames + 749) / 750).Select(window => (long)Math.Min(frames, (window * 750) + 1_000)), model.Heard);
    }

    [Fact]
    public void Run_WithoutATail_HearsTheWindowBeforeAsItWasHeard()
    {
        AudioBuffer track = Rising(3_333);
        var model = new DividingModel();
        float[] kept = Played(new(model, RateHz), track, [track.Frames]);
        var again = new DividingModel();
        Assert.Equal(kept, Played(new(again, RateHz), track, [track.Frames], keepsTails: false));
        Assert.Equal(model.Heard.SelectMany((frames, n) => n == 0 ? [frames] : new[] { model.Heard[n - 1], frames }), again.Heard);
    }

    [Theory]
    [InlineData("windows")]
    [InlineData("spectral")]
    public void Finished_AfterEveryFrame_IsBehindByLessThanTheLatency(string name)
    {
        using ISeparationModel model = name == "spectral" ? new SpectralModel() : new DividingModel();
        var live = new LiveSeparation(model, 8_000);
        AudioBuffer track = GoldenSignal.Mix(4 * live.Grid.LatencyFrames, 8_000, 2, "mix.noise");
        long worst = 0;
        Played(live, track, [101], behind: (received, finished) => worst = Math.Max(worst, received - finished));

        // As late as stated, but for the block in which it came, and not far earlier: a bound that says nothing would be easy to keep.
        Assert.InRange(worst, (long)(0.8 * live.Grid.LatencyFrames), live.Grid.LatencyFrames - 1);
    }

    [Fact]
    public void LatencyFrames_OfModels_AreAWindowOrWhatIsHeldBack()
    {
        using HTDemucsBag bag = SmallBag();
        using var spectral = new SpectralModel();
        Assert.Equal(bag.PlanOf(new()).Frames, new LiveSeparation(bag, RateHz).Grid.LatencyFrames);
        Assert.InRange(new LiveSeparation(spectral, RateHz).Grid.LatencyFrames / (double)RateHz, 1, 3);
    }

    [Fact]
    public void Run_BeforeItsFramesAreThere_IsAFault()
    {
        var live = new LiveSeparation(new DividingModel(), RateHz);
        Assert.False(live.Grid.CanStep(LivePoint.Start, 999, isWhole: false));
        Assert.True(live.Grid.CanStep(LivePoint.Start, 999, isWhole: true));
        Assert.False(live.Grid.CanStep(LivePoint.Start, 0, isWhole: true));
        Assert.Throws<InvalidOperationException>(() => live.Run(LivePoint.Start, new(RateHz, 2, 999), 999, isWhole: false));
        Assert.Throws<ArgumentException>(() => live.Run(LivePoint.Start, new(RateHz, 2, 999), 1_000, isWhole: false));
        Assert.Throws<ArgumentException>(() => new LiveSeparation(new HalvesModel(), RateHz));
        Assert.Throws<ArgumentException>(() => new LiveSeparation(new HalvesModel(sampleRateHz: 48_000), RateHz));
    }

    [Fact]
    public void RunningStatistics_InAnyBlocks_AreThoseOfTheTrack()
    {
        AudioBuffer track = Rising(10_007);
        RunningStatistics whole = default(RunningStatistics).With(track), parts = default;
        for (int at = 0; at < track.Frames; at += 91) parts = parts.With(track.Slice(at, Math.Min(91, track.Frames - at)));
        Assert.Equal(whole, parts);
        double[] middle = [.. Enumerable.Range(0, track.Frames).Select(n => (track[0][n] + track[1][n]) / 2.0)];
        double mean = middle.Average();
        Assert.Equal(mean, whole.ToTrack().Mean, 1e-12);
        Assert.Equal(Math.Sqrt(middle.Sum(value => (value - mean) * (value - mean)) / (middle.Length - 1)), whole.ToTrack().Deviation, 1e-12);
        Assert.Equal(new(0, 0, 0), default(RunningStatistics).ToTrack());
        Assert.Equal(0, default(RunningStatistics).With(track.Slice(0, 1)).ToTrack().Deviation);
    }

    /// <summary>Forty decibels louder from the middle on.</summary>
    static AudioBuffer Rising(int frames)
    {
        AudioBuffer track = GoldenSignal.Mix(frames, RateHz, 2, "mix.noise");
        for (int channel = 0; channel < 2; channel++)
        {
            for (int n = 0; n < frames / 2; n++) track[channel][n] *= 0.01f;
        }

        return track;
    }

    /// <summary>What a session does: takes blocks as they come, and runs each step as soon as it can.</summary>
    /// <returns>Source by source, channel by channel.</returns>
    static float[] Played(LiveSeparation live, AudioBuffer track, int[] blocks, bool keepsTails = true, Action<long, long>? behind = null)
    {
        List<float>[]? rows = null;
        (LivePoint point, float[]? tail, long received) = (LivePoint.Start, null, 0);
        for (int n = 0; received < track.Frames; n++)
        {
            received = Math.Min(track.Frames, received + blocks[n % blocks.Length]);
            Catch(isWhole: false);
            behind?.Invoke(received, point.Finished);
        }

        Catch(isWhole: true);
        Assert.Equal(track.Frames, point.Finished);
        return [.. rows!.SelectMany(row => row)];

        void Catch(bool isWhole)
        {
            while (live.Grid.CanStep(point, received, isWhole))
            {
                FrameSpan heard = live.HeardFor(point, received);
                LiveStep step = live.Run(point, track.Slice((int)heard.From, (int)heard.Frames), received, isWhole, tail);
                (point, tail) = (step.Next, keepsTails ? step.Tail : null);
                rows ??= [.. Enumerable.Range(0, 2 * step.Stems.Length).Select(_ => new List<float>())];
                for (int row = 0; row < rows.Length; row++) rows[row].AddRange(step.Stems[row / 2][row % 2]);
            }
        }
    }

    static float[] Whole(ISeparationModel model, AudioBuffer track)
    {
        List<float>[] rows = [.. Enumerable.Range(0, 2 * model.Sources.Count).Select(_ => new List<float>())];
        IStemStream stream = model.Open(new(track.Frames, 0, 0), track.SampleRateHz, new(), Take, null, default);
        stream.Process(track);
        stream.Complete();
        return [.. rows.SelectMany(row => row)];

        void Take(AudioBuffer[] stems)
        {
            for (int row = 0; row < rows.Length; row++) rows[row].AddRange(stems[row / 2][row % 2]);
        }
    }

    /// <summary>Window by window: two passes for the statistics of all up to its end, the network itself, and all sums in double.</summary>
    static double[] ByDefinition(HTDemucsBag bag, SegmentPlan plan, AudioBuffer track)
    {
        double[] sums = new double[8 * track.Frames], weightSums = new double[track.Frames];
        float[] weights = plan.Weights();
        for (int start = 0; start < track.Frames; start += plan.Stride)
        {
            int end = Math.Min(track.Frames, start + plan.Frames), before = (plan.Frames - (end - start)) / 2;
            double[] middle = [.. Enumerable.Range(0, end).Select(n => (track[0][n] + track[1][n]) / 2.0)];
            double mean = middle.Average(), deviation = Math.Sqrt(middle.Sum(value => (value - mean) * (value - mean)) / (end - 1)) + 1e-8;
            float[] window = new float[2 * plan.Frames], stems = new float[8 * plan.Frames];
            for (int n = 0; n < window.Length; n++)
            {
                int frame = start - before + (n % plan.Frames);
                if (frame >= 0 && frame < end) window[n] = (float)((track[n / plan.Frames][frame] - mean) / deviation);
            }

            bag.Separate(window, new(end, 0, 1 - 1e-8), stems);
            for (int row = 0; row < 8; row++)
            {
                for (int n = start; n < end; n++)
                    sums[(row * track.Frames) + n] += weights[n - start] * ((stems[(row * plan.Frames) + before + n - start] * deviation) + mean);
            }

            for (int n = start; n < end; n++) weightSums[n] += weights[n - start];
        }

        return [.. sums.Select((sum, n) => sum / weightSums[n % track.Frames])];
    }

    /// <summary>A windowed model that can be checked by hand.</summary>
    sealed class DividingModel : IWindowedModel
    {
        public string Name => "dividing";

        public IReadOnlyList<string> Sources { get; } = ["drums", "vocals"];

        public int? SampleRateHz => null;

        public bool NeedsStatistics => true;

        /// <summary>Frames of the statistics that each window came with.</summary>
        public List<long> Heard { get; } = [];

        public SegmentPlan PlanOf(SeparationSettings settings) => new(1_000, settings.Overlap);

        public void Separate(ReadOnlySpan<float> window, TrackStatistics heard, Span<float> stems, CancellationToken cancellation = default)
        {
            Heard.Add(heard.Frames);
            for (int n = 0; n < window.Length; n++) (stems[n], stems[window.Length + n]) = (0.25f * window[n], 0.75f * window[n]);
        }

        public long RunsOf(FrameSpan span, TrackStatistics track, int sampleRateHz, SeparationSettings settings) => throw new NotSupportedException();

        public int StrideOf(int sampleRateHz, SeparationSettings settings) => PlanOf(settings).Stride;

        public FrameSpan HeardFor(FrameSpan span, TrackStatistics track, int sampleRateHz, SeparationSettings settings) => throw new NotSupportedException();

        public IStemStream Open(
            TrackStatistics track, int sampleRateHz, SeparationSettings settings, Action<AudioBuffer[]> finished, Action<double>? progress, CancellationToken cancellation, TrackPart? part = null) =>
            throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
