using DgxMusic.Audio.Analysis;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio.Tests.Analysis;

/// <summary>What becomes of tempo and key on their way into the metadata, whatever the listener says or does.</summary>
public class MusicProbeTests
{
    static readonly MusicFacts facts = new(123.4, 0.8, [61.7, 246.8], [0.10001, 0.5], [0.5], "C# minor", 0.7), none = new(null, 0, [], [], [], null, 0);

    [Theory, Trait("Requirement", "A-23")]
    [InlineData(true, true), InlineData(true, false), InlineData(false, true)]
    [Trait("Requirement", "A-23")]
    public void Describe_GivesOnlyWhatWasAsked(bool bpm, bool key)
    {
        var metadata = Analyze(new Listener(facts), new(Stats: false, bpm, key), seconds: 5);
        Assert.Equal(bpm ? (123.4, 0.8) : (null, null), (metadata.Bpm, metadata.BpmConfidence));
        Assert.Equal(bpm ? [61.7, 246.8] : null, metadata.BpmAlternatives);
        Assert.Null(metadata.Beats);
        Assert.Equal(key ? ("C# minor", 0.7) : (null, null), (metadata.Key, metadata.KeyConfidence));
        Assert.Empty(metadata.Warnings);
    }

    [Fact, Trait("Requirement", "A-20")]
    public void Describe_Beats_ToTheMillisecond()
    {
        TrackMetadata metadata = Analyze(new Listener(facts), new(Stats: false, Bpm: true, Beats: true), seconds: 5);
        Assert.Equal([0.1, 0.5], metadata.Beats);
        Assert.Equal([0.5], metadata.Downbeats);
    }

    [Theory, Trait("Requirement", "A-25")]
    [InlineData(3.99, false), InlineData(4.0, true)]
    public void Describe_LessThanFourSeconds_HasNoTempo(double seconds, bool hasTempo)
    {
        var metadata = Analyze(new Listener(facts), new(Stats: false, Bpm: true, Key: false), seconds);
        Assert.Equal(hasTempo, metadata.Bpm is not null);
        Assert.Equal(hasTempo ? [] : ["Tempo takes 4 s of music or more."], metadata.Warnings);
    }

    [Fact, Trait("Requirement", "A-25"), Trait("Requirement", "A-26")]
    public void Describe_NothingFound_IsNullAndSaysSo()
    {
        var metadata = Analyze(new Listener(none), new(Stats: false, Bpm: true, Key: true), seconds: 5);
        Assert.Equal((null, null, null, null), (metadata.Bpm, metadata.BpmConfidence, metadata.Key, metadata.KeyConfidence));
        Assert.Equal(["No steady tempo was found.", "No key stands out."], metadata.Warnings);
    }

    [Theory, InlineData(true), InlineData(false), Trait("Requirement", "A-28")]
    [Trait("Requirement", "A-28")]
    public void Describe_ListenerFails_IsAWarningAndTheRestStands(bool atOnce)
    {
        var listener = new Listener(facts) { FailsInProcess = atOnce, FailsInComplete = !atOnce };
        var metadata = Analyze(listener, new(Stats: true, Bpm: true, Key: true), seconds: 5);
        Assert.Equal((null, null), (metadata.Bpm, metadata.Key));
        Assert.NotNull(metadata.LufsIntegrated);
        Assert.Equal("Tempo and key could not be measured (InvalidOperationException).", Assert.Single(metadata.Warnings));
        Assert.Equal(atOnce ? 1 : 5 * 48_000 / 16_384 + 1, listener.Calls);
    }

    static TrackMetadata Analyze(Listener listener, AnalysisOptions options, double seconds)
    {
        var track = Signals.Sine(48_000, 1, seconds, 440, 0.5);
        IProbe[] probes = [.. TrackAnalyzer.Probes(new(48_000, 1, "raw"), options with { Bpm = false, Key = false }), new MusicProbe(listener, options)];
        return TrackAnalyzer.Analyze(new BufferReader(track), probes, null, TrackAnalyzer.BlockFrames, null, default);
    }

    sealed class Listener(MusicFacts facts) : IMusicListener
    {
        public bool FailsInProcess { get; init; }

        public bool FailsInComplete { get; init; }

        public int Calls { get; private set; }

        public void Process(AudioBuffer block)
        {
            Calls++;
            if (FailsInProcess) throw new InvalidOperationException("process");
        }

        public MusicFacts Complete() => FailsInComplete ? throw new InvalidOperationException("complete") : facts;
    }
}
