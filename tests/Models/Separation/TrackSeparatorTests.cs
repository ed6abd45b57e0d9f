using DgxMusic.Audio;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Models.Separation;

namespace DgxMusic.Models.Tests.Separation;

public sealed class TrackSeparatorTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Separate_AllWithResidual_AddsUpToTheMix()
    {
        AudioBuffer mix = GoldenSignal.Mix(30_000, 44_100, 2, "track");
        SeparatedTrack track = Separate(mix, new() { Residual = true });
        Assert.Equal(["drums", "vocals", "residual"], track.Files.Keys);
        AudioBuffer drums = Read(track.Files["drums"]), vocals = Read(track.Files["vocals"]), residual = Read(track.Files["residual"]);
        for (int n = 0; n < mix.Frames; n++)
        {
            Assert.Equal(0.25f * mix[0][n], drums[0][n], 1e-6f);
            Assert.Equal(mix[1][n], drums[1][n] + vocals[1][n] + residual[1][n], 1e-7f);
        }

        // A quarter of the mix is nobody's: −12.04 dB.
        Assert.Equal(-12.04, track.ResidualDb!.Value, 0.01);
        Assert.Equal((1.0, 30_000L, 44_100), (track.Gain, track.Frames, track.SampleRateHz));
        Assert.Equal(["drums.wav", "residual.wav", "vocals.wav"], Files());
    }

    [Fact]
    public void Separate_VocalsAndInstrumental_AreTwoFiles()
    {
        AudioBuffer mix = GoldenSignal.Mix(5_000, 44_100, 2, "track");
        SeparatedTrack track = Separate(mix, new() { Stems = ["vocals", "instrumental"] });
        Assert.Equal(["instrumental.wav", "vocals.wav"], Files());
        AudioBuffer instrumental = Read(track.Files["instrumental"]);
        Assert.Equal(0.25f * mix[0][1_234], instrumental[0][1_234], 1e-6f);
    }

    [Fact]
    [Trait("Requirement", "D-06")]
    public void Separate_StemThatWouldClip_ScalesAllAlikeUnlessFloat()
    {
        AudioBuffer mix = GoldenSignal.Mix(20_000, 44_100, 2, "track");
        using var loud = new HalvesModel(vocals: 4f, drums: 1f);
        SeparatedTrack coded = Separate(mix, new() { BitDepth = BitDepth.Pcm24 }, loud);
        AudioBuffer vocals = Read(coded.Files["vocals"]), drums = Read(coded.Files["drums"]);
        Assert.InRange(coded.Gain, 0.1, 0.99);
        Assert.Equal(TrackSeparator.HighestPeak, Enumerable.Range(0, 2).Max(channel => vocals[channel].ToArray().Max(Math.Abs)), 1e-3);
        Assert.Equal(4.0, vocals[0][777] / drums[0][777], 0.01);
        Assert.Equal(1.0, Separate(mix, new(), loud).Gain);
    }

    [Fact]
    public void Separate_MonoAtAnotherRate_IsDoubledAndResampled()
    {
        AudioBuffer mono = GoldenSignal.Mix(22_050, 22_050, 1, "mono");
        using var model = new HalvesModel(sampleRateHz: 44_100);
        SeparatedTrack track = Separate(mono, new(), model);
        AudioBuffer vocals = Read(track.Files["vocals"]);
        Assert.Equal((44_100, 2, 44_100), (vocals.SampleRateHz, vocals.Channels, vocals.Frames));
        Assert.Equal(vocals[0].ToArray(), vocals[1].ToArray());
    }

    [Fact]
    public void Separate_Statistics_AreThoseOfTheMiddle()
    {
        AudioBuffer mix = GoldenSignal.Mix(10_000, 44_100, 2, "track");
        using var model = new HalvesModel();
        Separate(mix, new(), model);
        double[] middle = [.. Enumerable.Range(0, mix.Frames).Select(n => (mix[0][n] + mix[1][n]) / 2.0)];
        double mean = middle.Average();
        Assert.Equal(mean, model.Track!.Mean, 1e-9);
        Assert.Equal(Math.Sqrt(middle.Sum(value => (value - mean) * (value - mean)) / (middle.Length - 1)), model.Track.Deviation, 1e-9);
    }

    [Fact]
    public void Separate_Cancelled_LeavesNothing()
    {
        using var cancel = new CancellationTokenSource();
        using var model = new HalvesModel();
        AudioBuffer mix = GoldenSignal.Mix(20_000, 44_100, 2, "track");
        Assert.Throws<OperationCanceledException>(() => TrackSeparator.Separate(SampleSource.Of(mix), model, new(), folder.File("out"), _ => cancel.Cancel(), cancel.Token));
        Assert.Empty(Files());
    }

    [Theory]
    [InlineData("guitar", FileFormat.Wav, BitDepth.Float, 0, 0.25, "stems")]
    [InlineData("all", FileFormat.Flac, BitDepth.Float, 0, 0.25, "bit_depth")]
    [InlineData("all", FileFormat.Wav, BitDepth.Float, 21, 0.25, "shifts")]
    [InlineData("all", FileFormat.Wav, BitDepth.Float, 0, double.NaN, "overlap")]
    [InlineData("all", FileFormat.Wav, BitDepth.Float, 0, 1.0, "overlap")]
    public void Separate_OrderThatCannotBe_IsRefusedByField(string stem, FileFormat format, BitDepth depth, int shifts, double overlap, string field)
    {
        var order = new SeparationOrder { Stems = [stem], Format = format, BitDepth = depth, Settings = new(shifts, overlap) };
        PipelineException refusal = Assert.Throws<PipelineException>(() => Separate(GoldenSignal.Mix(100, 44_100, 2, "track"), order));
        Assert.Equal((Problem.InvalidRequest, field), (refusal.Problem, Assert.Single(refusal.Details).Key));
        Assert.Empty(Files());
    }

    [Fact]
    public void Separate_EmptyOrInvalidTrack_IsRefused()
    {
        Assert.Equal(Problem.EmptyAudio, Assert.Throws<PipelineException>(() => Separate(new(44_100, 2, 0), new())).Problem);
        var broken = new AudioBuffer(44_100, 2, 100);
        broken[1][50] = float.NaN;
        Assert.Equal(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => Separate(broken, new())).Problem);
        Assert.Equal(Problem.TooManyChannels, Assert.Throws<PipelineException>(() => Separate(new(44_100, 3, 100), new())).Problem);
    }

    SeparatedTrack Separate(AudioBuffer mix, SeparationOrder order, HalvesModel? model = null) =>
        TrackSeparator.Separate(SampleSource.Of(mix), model ?? new HalvesModel(), order, folder.File("out"));

    /// <summary>Hidden ones too.</summary>
    string[] Files() => Directory.Exists(folder.File("out"))
        ? [.. Directory.EnumerateFileSystemEntries(folder.File("out"), "*", SearchOption.AllDirectories).Select(path => System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal)]
        : [];

    static AudioBuffer Read(string path)
    {
        using var reader = new WavReader(File.OpenRead(path));
        var audio = new AudioBuffer(reader.Format.SampleRateHz, reader.Format.Channels, (int)reader.Frames!.Value);
        Assert.Equal(audio.Frames, reader.Read(audio));
        return audio;
    }
}
