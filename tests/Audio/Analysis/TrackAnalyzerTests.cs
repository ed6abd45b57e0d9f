using System.Text.Json;
using DgxMusic.Audio.Analysis;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using static DgxMusic.Audio.Tests.RiffBytes;

namespace DgxMusic.Audio.Tests.Analysis;

public class TrackAnalyzerTests
{
    const int RateHz = 48_000;

    static readonly AnalysisOptions statsOnly = new(Stats: true, Bpm: false, Key: false), nothing = new(false, false, false);

    [Fact, Trait("Requirement", "A-20"), Trait("Requirement", "A-24")]
    public void Analyze_StereoTone_HasTheFiguresOfTheory()
    {
        var track = Signals.Sine(RateHz, 2, 5, 997, 0.5);
        var metadata = TrackAnalyzer.Analyze(new BufferReader(track), statsOnly);
        Assert.Equal((5.0, RateHz, 2), (metadata.DurationSeconds, metadata.SampleRate, metadata.Channels));
        Assert.Equal(0.5, metadata.PeakAmplitude!.Value, 4);
        Assert.Equal(0.5 / Math.Sqrt(2), metadata.RmsEnergy!.Value, 4);
        Assert.Equal(20 * Math.Log10(Math.Sqrt(2)), metadata.DynamicRangeDb!.Value, 3);
        Assert.Equal(20 * Math.Log10(0.5), metadata.LufsIntegrated!.Value, 1);   // BS.1770: 0 dBFS in both channels reads 0
        Assert.Equal(20 * Math.Log10(0.5), metadata.TruePeakDbtp!.Value, 1);
        Assert.Equal(0.0, metadata.Lra!.Value, 1);
        Assert.Empty(metadata.Warnings);
    }

    [Fact, Trait("Requirement", "A-24")]
    public void Analyze_ChannelsInAntiphase_AreNotAveragedAway()
    {
        var track = Signals.Sine(RateHz, 2, 2, 440, 0.5);
        for (int i = 0; i < track.Frames; i++) track[1][i] = -track[0][i];
        var metadata = TrackAnalyzer.Analyze(new BufferReader(track), statsOnly);
        Assert.Equal(0.5, metadata.PeakAmplitude!.Value, 3);
        Assert.Equal(0.5 / Math.Sqrt(2), metadata.RmsEnergy!.Value, 3);
    }

    [Fact, Trait("Requirement", "A-24")]
    public void Analyze_Silence_IsFiniteAndWithoutLoudness()
    {
        var metadata = TrackAnalyzer.Analyze(new BufferReader(new AudioBuffer(RateHz, 2, 5 * RateHz)), statsOnly);
        Assert.Equal((0.0, 0.0, 0.0), (metadata.PeakAmplitude, metadata.RmsEnergy, metadata.DynamicRangeDb));
        Assert.Null(metadata.LufsIntegrated);
        Assert.Null(metadata.TruePeakDbtp);
    }

    [Theory, Trait("Requirement", "A-21"), Trait("Requirement", "A-20")]
    [InlineData(Pcm, 16, "PCM_16"), InlineData(Pcm, 24, "PCM_24"), InlineData(Pcm, 32, "PCM_32"), InlineData(RiffBytes.Float, 32, "FLOAT")]
    [InlineData(Pcm, 8, null), InlineData(RiffBytes.Float, 64, null)]
    [Trait("Requirement", "A-21")]
    public void Analyze_File_NamesItsDepthInTheExportersWords(ushort tag, int bits, string? name)
    {
        byte[] file = Riff(Format(tag, 1, RateHz, bits), Chunk("data", new byte[8 * RateHz]));
        using var reader = new WavReader(new MemoryStream(file));
        var metadata = TrackAnalyzer.Analyze(reader, statsOnly, file.Length);
        Assert.Equal((name, (long?)file.Length), (metadata.BitDepth, metadata.FileSizeBytes));
    }

    [Fact, Trait("Requirement", "A-22")]
    [Trait("Requirement", "A-22")]
    public void Analyze_SamplesOfNoFile_HaveNeitherSizeNorDepth()
    {
        var metadata = TrackAnalyzer.Analyze(new BufferReader(Signals.Sine(RateHz, 1, 1, 440, 0.5)), statsOnly);
        Assert.Null(metadata.FileSizeBytes);
        Assert.Null(metadata.BitDepth);
    }

    [Fact, Trait("Requirement", "A-23"), Trait("Requirement", "A-29")]
    public void Analyze_NothingAsked_ReadsNoSample()
    {
        using var reader = new CountingReader(new BufferReader(Signals.Sine(RateHz, 2, 3, 440, 0.5)));
        var metadata = TrackAnalyzer.Analyze(reader, nothing);
        Assert.Equal((3.0, 0), (metadata.DurationSeconds, reader.Reads));
        Assert.Equal((null, null, null), (metadata.PeakAmplitude, metadata.RmsEnergy, metadata.DynamicRangeDb));
        Assert.Equal((null, null), (metadata.Bpm, metadata.Key));
    }

    [Fact]
    public void Analyze_NothingAskedOfAStreamedFile_CountsItsFrames()
    {
        byte[] file = RiffBytes.File("RIFF", uint.MaxValue, Format(Pcm, 1, RateHz, 16), Chunk("data", new byte[2 * RateHz], uint.MaxValue));
        using var reader = new WavReader(new PipeStream(file, 4096));
        Assert.Equal(1.0, TrackAnalyzer.Analyze(reader, nothing).DurationSeconds);
    }

    [Fact, Trait("Requirement", "A-28")]
    public void Analyze_NoFrames_IsNullsAndAWarning()
    {
        var metadata = TrackAnalyzer.Analyze(new BufferReader(new AudioBuffer(RateHz, 2, 0)), statsOnly);
        Assert.Equal(0.0, metadata.DurationSeconds);
        Assert.Equal((null, null, null), (metadata.PeakAmplitude, metadata.LufsIntegrated, metadata.Bpm));
        Assert.Equal("The track has no samples.", Assert.Single(metadata.Warnings));
    }

    [Fact, Trait("Requirement", "X-14")]
    public void Analyze_NotANumber_IsInvalidSamples()
    {
        var track = Signals.Sine(RateHz, 2, 1, 440, 0.5);
        track[1][30_000] = float.NaN;
        Assert.Equal(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => TrackAnalyzer.Analyze(new BufferReader(track), statsOnly)).Problem);
    }

    [Fact]
    public void Analyze_CutOffFile_MeasuresWhatIsThereAndWarns()
    {
        using var reader = new WavReader(new PipeStream(Riff(Format(Pcm, 1, RateHz, 16), Chunk("data", new byte[2 * RateHz], 4 * RateHz)), 4096));
        var metadata = TrackAnalyzer.Analyze(reader, statsOnly);
        Assert.Equal(1.0, metadata.DurationSeconds);
        Assert.Contains("cut off", Assert.Single(metadata.Warnings));
    }

    [Theory, InlineData(8), InlineData(9)]
    public void Analyze_ManyChannels_AreMeasuredUpToEight(int channels)
    {
        var reader = new BufferReader(Signals.Noise(RateHz, channels, RateHz, 0.1, seed: 1));
        if (channels == 8) Assert.NotNull(TrackAnalyzer.Analyze(reader, statsOnly).LufsIntegrated);
        else Assert.Equal(Problem.TooManyChannels, Assert.Throws<PipelineException>(() => TrackAnalyzer.Analyze(reader, statsOnly)).Problem);
    }

    [Fact, Trait("Requirement", "A-24")]
    public void Analyze_Channels_AreMeasuredByThemselvesToo()
    {
        var track = new AudioBuffer(RateHz, 2, 4 * RateHz);
        Signals.Sine(RateHz, 1, 4, 997, 0.5)[0].CopyTo(track[0]);
        for (int n = 0; n < track.Frames; n++) track[1][n] = 0.25f;
        TrackMetadata metadata = TrackAnalyzer.Analyze(new BufferReader(track), statsOnly);
        ChannelMetadata left = metadata.ChannelsDetail![0], right = metadata.ChannelsDetail[1];
        // A sine of amplitude a near 1 kHz has 20 log10 a − 3.01 LUFS.
        Assert.Equal(-9.03, left.LufsIntegrated!.Value, 0.02);
        Assert.Equal(-6.02, left.TruePeakDbtp!.Value, 0.02);
        Assert.Equal((0.5, 0.5 / Math.Sqrt(2), 0.0), (left.PeakAmplitude, left.RmsEnergy, left.DcOffset), new Near(1e-4));
        Assert.Equal((0.25, 0.25, 0.25), (right.PeakAmplitude, right.RmsEnergy, right.DcOffset), new Near(1e-6));
        Assert.Equal(-9.03, metadata.LufsMomentaryMax!.Value, 0.02);
        Assert.Equal(metadata.LufsIntegrated!.Value, metadata.LufsShortTermMax!.Value, 0.02);
    }

    sealed class Near(double tolerance) : IEqualityComparer<(double, double, double)>
    {
        public bool Equals((double, double, double) a, (double, double, double) b) =>
            Math.Abs(a.Item1 - b.Item1) <= tolerance && Math.Abs(a.Item2 - b.Item2) <= tolerance && Math.Abs(a.Item3 - b.Item3) <= tolerance;

        public int GetHashCode((double, double, double) value) => 0;
    }

    [Fact]
    public void Analyze_SpeakerPositions_Count()
    {
        var track = new AudioBuffer(RateHz, 6, 2 * RateHz);
        Signals.Sine(RateHz, 1, 2, 997, 0.5)[0].CopyTo(track[3]);   // the fourth channel is the low-frequency one only if nothing else is said
        Assert.Null(TrackAnalyzer.Analyze(new BufferReader(track), statsOnly).LufsIntegrated);
        Assert.NotNull(TrackAnalyzer.Analyze(new BufferReader(track, channelMask: 0x37 | 0x100), statsOnly).LufsIntegrated);
    }

    [Theory, InlineData(1), InlineData(997), InlineData(1 << 20)]
    public void Analyze_AnyBlockSize_GivesTheSameFigures(int blockFrames)
    {
        var track = Signals.Noise(RateHz, 2, 4 * RateHz, 0.3, seed: 3);
        TrackMetadata At(int frames) => TrackAnalyzer.Analyze(
            new BufferReader(track), [new StatisticsProbe(new AudioFormat(RateHz, 2, "raw"))], null, frames, null, default);
        Assert.Equal(JsonSerializer.Serialize(At(TrackAnalyzer.BlockFrames)), JsonSerializer.Serialize(At(blockFrames)));
    }

    [Fact]
    public void Analyze_Progress_AscendsToOne()
    {
        var told = new List<double>();
        TrackAnalyzer.Analyze(new BufferReader(Signals.Noise(RateHz, 2, 4 * RateHz, 0.3, seed: 3)), statsOnly, progress: told.Add);
        Assert.True(told.Count > 5);
        Assert.Equal(told.Order(), told);
        Assert.Equal(1.0, told[^1]);
    }

    [Fact]
    public void Analyze_Cancelled_Stops() => Assert.Throws<OperationCanceledException>(() => TrackAnalyzer.Analyze(
        new BufferReader(new AudioBuffer(RateHz, 1, 100)), statsOnly, cancellation: new CancellationToken(canceled: true)));

    sealed class CountingReader(ISampleReader reader) : ISampleReader
    {
        public int Reads { get; private set; }

        public AudioFormat Format => reader.Format;

        public long? Frames => reader.Frames;

        public IReadOnlyList<string> Warnings => reader.Warnings;

        public int Read(AudioBuffer block)
        {
            Reads++;
            return reader.Read(block);
        }

        public void Dispose() => reader.Dispose();
    }
}
