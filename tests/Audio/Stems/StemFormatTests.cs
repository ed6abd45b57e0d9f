using DgxMusic.Audio.Export;
using DgxMusic.Audio.Stems;
using DgxMusic.Audio.Tests.Decoding;
using DgxMusic.Audio.Tests.Encoders;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Tests.Stems;

public class StemFormatTests
{
    const double FourHours = 14_400;

    static StemSource Source(string container, string? depth = null, int? kbps = null, double seconds = 200, int rateHz = 44_100) =>
        new(container, depth, 1000 * kbps, seconds, rateHz);

    static void AssertChosen(StemSource source, StemOrder order, FileFormat format, BitDepth? depth, int? kbps)
    {
        StemFormat chosen = StemFormat.Choose(source, order);
        Assert.Equal((format, depth, kbps), (chosen.Format, chosen.BitDepth, chosen.Kbps));
        Assert.EndsWith(".", chosen.Reason);
    }

    [Theory, Trait("Requirement", "D-02")]
    [InlineData("wav", "PCM_16", FileFormat.Wav), InlineData("mp3", null, FileFormat.Mp3), InlineData("flac", "PCM_24", FileFormat.Wav), InlineData("ogg", null, FileFormat.Wav)]
    [InlineData("m4a", null, FileFormat.Wav), InlineData("aac", null, FileFormat.Wav), InlineData("aiff", "PCM_24", FileFormat.Wav)]
    public void Choose_NoFormatAsked_FollowsTheContent(string container, string? depth, FileFormat expected) =>
        AssertChosen(Source(container, depth, kbps: depth is null ? 128 : null), new(), expected, expected == FileFormat.Wav ? BitDepth.Pcm16 : null, expected == FileFormat.Mp3 ? 320 : null);

    [Theory, Trait("Requirement", "D-03")]
    [InlineData("PCM_U8", null, BitDepth.Pcm16), InlineData("PCM_24", null, BitDepth.Pcm16), InlineData("FLOAT", null, BitDepth.Pcm16)]
    [InlineData("PCM_U8", "source", BitDepth.Pcm16), InlineData("PCM_16", "source", BitDepth.Pcm16), InlineData("PCM_24", "source", BitDepth.Pcm24), InlineData("PCM_32", "source", BitDepth.Pcm32)]
    [InlineData("FLOAT", "source", BitDepth.Float), InlineData("DOUBLE", "source", BitDepth.Float), InlineData(null, "source", BitDepth.Pcm16)]
    [InlineData("PCM_16", "PCM_16", BitDepth.Pcm16), InlineData("PCM_16", "PCM_24", BitDepth.Pcm24), InlineData("PCM_16", "PCM_32", BitDepth.Pcm32), InlineData("PCM_16", "FLOAT", BitDepth.Float)]
    public void Choose_Wav_Has16BitsUnlessAsked(string? sourceDepth, string? asked, BitDepth expected)
    {
        AssertChosen(Source(sourceDepth is null ? "mp3" : "wav", sourceDepth), new("wav", asked), FileFormat.Wav, expected, null);
        if (sourceDepth is not null) AssertChosen(Source("wav", sourceDepth), new(null, asked), FileFormat.Wav, expected, null);
    }

    [Theory, Trait("Requirement", "D-03"), InlineData(null, 320), InlineData(128, 128), InlineData(320, 320), InlineData(32, 32)]
    public void Choose_Mp3_Has320UnlessAsked(int? asked, int expected)
    {
        AssertChosen(Source("wav", "FLOAT"), new("mp3", null, asked), FileFormat.Mp3, null, expected);
        AssertChosen(Source("mp3", null, 96), new(null, null, asked), FileFormat.Mp3, null, expected);
        AssertChosen(Source("mp3", null, 96), new("mp3", "source", asked), FileFormat.Mp3, null, expected);
    }

    [Theory]
    [InlineData("PCM_24", null, BitDepth.Pcm16), InlineData("PCM_24", "source", BitDepth.Pcm24), InlineData("PCM_U8", "source", BitDepth.Pcm16), InlineData("PCM_32", "source", BitDepth.Pcm24)]
    [InlineData("FLOAT", "source", BitDepth.Pcm24), InlineData("PCM_16", "PCM_24", BitDepth.Pcm24)]
    public void Choose_Flac_HasNoMoreThan24Bits(string sourceDepth, string? asked, BitDepth expected) => AssertChosen(Source("wav", sourceDepth), new("flac", asked), FileFormat.Flac, expected, null);

    [Theory, Trait("Requirement", "D-46")]
    [InlineData("mp3", 320, 320), InlineData("mp3", 256, 256), InlineData("mp3", 245, 256), InlineData("mp3", 128, 192), InlineData("mp3", 193, 224), InlineData("mp3", null, 320)]
    [InlineData("ogg", 96, 320), InlineData("m4a", 256, 320), InlineData("aac", null, 320)]
    public void Choose_AutoAfterLoss_IsMp3OfNoLessThanTheSource(string container, int? kbps, int expected) =>
        AssertChosen(Source(container, null, kbps), new(StemOrder.Auto), FileFormat.Mp3, null, expected);

    [Theory, Trait("Requirement", "D-46")]
    [InlineData("wav", "PCM_16", 200, FileFormat.Flac, BitDepth.Pcm16), InlineData("wav", "PCM_24", 200, FileFormat.Flac, BitDepth.Pcm24), InlineData("aiff", "PCM_S8", 200, FileFormat.Flac, BitDepth.Pcm16)]
    [InlineData("m4a", "PCM_24", 200, FileFormat.Flac, BitDepth.Pcm24), InlineData("flac", null, 200, FileFormat.Flac, BitDepth.Pcm16), InlineData("wav", "PCM_16", 29.9, FileFormat.Wav, BitDepth.Pcm16)]
    [InlineData("wav", "PCM_24", 5, FileFormat.Wav, BitDepth.Pcm24), InlineData("wav", "PCM_32", 200, FileFormat.Wav, BitDepth.Pcm32), InlineData("wav", "FLOAT", 5, FileFormat.Wav, BitDepth.Float)]
    [InlineData("wav", "FLOAT", 3_600, FileFormat.Wav, BitDepth.Float), InlineData("wav", "DOUBLE", 200, FileFormat.Wav, BitDepth.Float)]
    [InlineData("wav", "FLOAT", FourHours, FileFormat.Flac, BitDepth.Pcm24), InlineData("wav", "PCM_16", FourHours, FileFormat.Flac, BitDepth.Pcm16)]
    public void Choose_AutoWithoutLoss_KeepsTheDepth(string container, string? depth, double seconds, FileFormat format, BitDepth expected) =>
        AssertChosen(Source(container, depth, seconds: seconds), new(StemOrder.Auto), format, expected, null);

    [Theory, Trait("Requirement", "D-46")]
    [InlineData("mp3", null, 96_000, FileFormat.Flac, BitDepth.Pcm16), InlineData("wav", "PCM_16", 384_000, FileFormat.Flac, BitDepth.Pcm16), InlineData("wav", "PCM_16", 88_201, FileFormat.Wav, BitDepth.Pcm16)]
    public void Choose_AutoAtARateOfItsOwn_TakesAFormatThatHasIt(string container, string? depth, int rateHz, FileFormat format, BitDepth expected) =>
        AssertChosen(Source(container, depth, rateHz: rateHz), new(StemOrder.Auto), format, expected, null);

    [Theory, Trait("Requirement", "D-46")]
    [InlineData("mp3", null, 128, 200, "MP3 of 128 kbit/s"), InlineData("m4a", null, 128, 200, "coded with loss"), InlineData("wav", "FLOAT", null, 200, "FLOAT"), InlineData("wav", "PCM_24", null, 200, "24 bits")]
    [InlineData("wav", "PCM_16", null, 4.25, "4.3 s"), InlineData("wav", "FLOAT", null, FourHours, "4 GiB")]
    public void Choose_Auto_SaysWhatItWentBy(string container, string? depth, int? kbps, double seconds, string word) =>
        Assert.Contains(word, StemFormat.Choose(Source(container, depth, kbps, seconds), new(StemOrder.Auto)).Reason);

    [Fact]
    public void Choose_WavBeyond4GiB_SaysThatItIsRf64()
    {
        Assert.Contains("RF64", StemFormat.Choose(Source("wav", "FLOAT", seconds: FourHours), new("wav", "FLOAT")).Reason);
        Assert.DoesNotContain("RF64", StemFormat.Choose(Source("wav", "FLOAT", seconds: FourHours), new("wav")).Reason);   // 16 bits: 2.5 GB
    }

    [Fact]
    public void Choose_FormatOfTheSource_SaysWhatWasLeftAside()
    {
        Assert.Contains("'bitrate' was left aside", StemFormat.Choose(Source("flac", "PCM_16"), new(null, null, 192)).Reason);
        Assert.Contains("'bit_depth' was left aside", StemFormat.Choose(Source("mp3"), new(null, "PCM_24")).Reason);
        Assert.DoesNotContain("left aside", StemFormat.Choose(Source("mp3"), new(null, null, 192)).Reason);
        Assert.DoesNotContain("left aside", StemFormat.Choose(Source("mp3"), new(null, "source")).Reason);
    }

    [Theory, Trait("Requirement", "D-03")]
    [InlineData("ogg", null, null, "output_format"), InlineData("WAV", null, null, "output_format"), InlineData("flac", "FLOAT", null, "bit_depth"), InlineData("flac", "PCM_32", null, "bit_depth")]
    [InlineData("wav", "PCM_20", null, "bit_depth"), InlineData("mp3", "PCM_16", null, "bit_depth"), InlineData("auto", "PCM_16", null, "bit_depth"), InlineData("wav", null, 320, "bitrate")]
    [InlineData("flac", null, 320, "bitrate"), InlineData("auto", null, 320, "bitrate"), InlineData("mp3", null, 123, "bitrate"), InlineData(null, null, 123, "bitrate"), InlineData(null, null, 0, "bitrate")]
    [InlineData("flac", "FLOAT", 123, "bit_depth", "bitrate"), InlineData("aif", "24", 1, "output_format", "bit_depth", "bitrate")]
    public void Check_WhatCannotBe_NamesEveryField(string? format, string? depth, int? kbps, params string[] fields)
    {
        var order = new StemOrder(format, depth, kbps);
        var fault = Assert.Throws<PipelineException>(order.Check);
        Assert.Equal(Problem.InvalidRequest, fault.Problem);
        Assert.Equal(fields.Order(), fault.Details.Keys.Order());
        Assert.All(fault.Details.Values, sentence => Assert.EndsWith(".", sentence));
        Assert.Throws<PipelineException>(() => StemFormat.Choose(Source("wav", "PCM_16"), order));
    }

    /// <summary>Whatever is chosen, the exporter takes, at every rate.</summary>
    [Fact]
    public void Options_OfEveryChoice_AreThoseOfTheExporter()
    {
        string?[] formats = [null, .. StemFormat.Formats], depths = [null, .. StemFormat.Depths];
        (string Container, string? Depth)[] sources = [("wav", "PCM_U8"), ("wav", "PCM_24"), ("wav", "PCM_32"), ("wav", "DOUBLE"), ("flac", null), ("mp3", null), ("ogg", null)];
        int chosen = 0;
        foreach (var (container, depth) in sources)
        {
            foreach (int rateHz in (int[])[8_000, 44_100, 48_000, 88_201, 384_000])
            {
                foreach (StemOrder order in from format in formats from asked in depths from kbps in (int?[])[null, 128] select new StemOrder(format, asked, kbps))
                {
                    if (Record.Exception(order.Check) is not null) continue;
                    StemFormat format = StemFormat.Choose(Source(container, depth, rateHz: rateHz), order);
                    ExportRules.Check(format.Options(null));
                    ExportRules.Check(new() { Encoder = format.Encoder }, format.Format);
                    if (order.Format == StemOrder.Auto) ExportRules.Check(format.Options(rateHz));
                    chosen++;
                }
            }
        }
        Assert.InRange(chosen, 400, 5_000);
    }
}

/// <summary>The bit rate that <see cref="StemFormat"/> goes by.</summary>
[Collection(ChildProcesses.Name)]
public sealed class BitRateTests : IDisposable
{
    readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [FfmpegTheory, Trait("Requirement", "D-46")]
    [InlineData(FileFormat.Mp3, 128, 128_000, 128_000), InlineData(FileFormat.Mp3, 320, 320_000, 320_000), InlineData(FileFormat.M4a, 320, 100_000, 300_000), InlineData(FileFormat.Ogg, 320, 100_000, 300_000)]
    public void Open_CodedWithLoss_TellsItsBitRate(FileFormat format, int mp3Kbps, int least, int most)
    {
        byte[] file = EncodedFiles.Encode(Signals.Noise(44_100, 2, 100_000, 0.3, seed: 5), format, EncodedFiles.With(new() { Mp3Kbps = mp3Kbps })).File;
        using ISampleReader reader = AudioFile.Open(folder.Write("a", file));
        Assert.InRange(reader.Format.BitsPerSecond!.Value, least, most);
        StemSource source = StemSource.Of(reader.Format, 100_000, 44_100);
        Assert.True(source.IsLossy);
        Assert.Equal((100_000 / 44_100.0, reader.Format.BitsPerSecond), (source.Seconds, source.BitsPerSecond));
    }

    [FfmpegTheory, InlineData(FileFormat.Wav), InlineData(FileFormat.Flac)]
    public void Open_CodedWithoutLoss_HasNone(FileFormat format)
    {
        using ISampleReader reader = AudioFile.Open(folder.Write("a", EncodedFiles.Encode(Signals.Noise(44_100, 2, 100_000, 0.3, seed: 5), format).File));
        Assert.Null(reader.Format.BitsPerSecond);
        Assert.False(StemSource.Of(reader.Format, 100_000, 44_100).IsLossy);
    }
}
