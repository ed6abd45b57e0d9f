using DgxMusic.Audio.Encoders;
using DgxMusic.Audio.Export;
using DgxMusic.Audio.Tagging;
using DgxMusic.Audio.Tests.Decoding;
using DgxMusic.Audio.Tests.Tagging;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Quantization;
using static DgxMusic.Audio.Tests.Encoders.EncodedFiles;

namespace DgxMusic.Audio.Tests.Encoders;

/// <summary>With the real ffmpeg: what comes back of what was written.</summary>
[Collection(ChildProcesses.Name)]
public sealed class EncodedWriterTests : IDisposable
{
    const int Frames = 50_003;

    /// <summary>First frame that is not silent: within what <see cref="BestShift"/> compares.</summary>
    const int Edge = 15_000;

    static readonly FileFormat[] encoded = [FileFormat.Flac, FileFormat.Mp3, FileFormat.Ogg, FileFormat.M4a];

    readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [FfmpegTheory, Trait("Requirement", "X-15"), Trait("Requirement", "D-03")]
    [InlineData(BitDepth.Pcm16, 1, 44_100), InlineData(BitDepth.Pcm16, 2, 48_000), InlineData(BitDepth.Pcm24, 1, 96_000), InlineData(BitDepth.Pcm24, 2, 384_000)]
    public void Export_Flac_HoldsTheQuantisersCodes(BitDepth depth, int channels, int rateHz)
    {
        var source = Signals.Noise(rateHz, channels, Frames, 1.2, seed: 3);
        var (track, file) = Encode(source, FileFormat.Flac, depth: depth);
        Assert.Equal((FileFormat.Flac, depth, (long)Frames, file.Length), (track.Format, track.BitDepth, track.Frames, track.Bytes));
        var read = Read(folder.Write("a.flac", file));
        Assert.Equal((rateHz, channels, Frames), (read.SampleRateHz, read.Channels, read.Frames));
        Assert.True(Codes(source, depth).AsSpan().SequenceEqual(Codes(read, depth)));
    }

    /// <summary>STREAMINFO carries an MD5 of the samples as they were before coding (RFC 9639 §8.2): ours must be that of the quantiser's bytes.</summary>
    [FfmpegFact]
    public void Export_Flac_CarriesTheSumAndCountOfItsSamples()
    {
        var source = Signals.Noise(44_100, 2, Frames, 0.5, seed: 3);
        byte[] file = Encode(source, FileFormat.Flac).File;
        Assert.Equal(System.Security.Cryptography.MD5.HashData(Codes(source, BitDepth.Pcm16)), file[26..42]);
        Assert.Equal(Frames, (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(22)));
    }

    public static TheoryData<FileFormat, int, int> Lossy => new()
    {
        { FileFormat.Mp3, 32_000, 1 }, { FileFormat.Mp3, 44_100, 2 }, { FileFormat.Mp3, 48_000, 2 }, { FileFormat.Ogg, 44_100, 1 }, { FileFormat.Ogg, 48_000, 2 },
        { FileFormat.Ogg, 96_000, 2 }, { FileFormat.M4a, 44_100, 2 }, { FileFormat.M4a, 48_000, 1 }, { FileFormat.M4a, 22_050, 2 },
    };

    [FfmpegTheory, MemberData(nameof(Lossy)), Trait("Requirement", "D-03")]
    public void Export_Lossy_HasTheSourcesLengthAndPlace(FileFormat format, int rateHz, int channels)
    {
        var source = Signals.Sine(rateHz, channels, 1, 440, 0.5);
        var frames = new AudioBuffer(rateHz, channels, Frames);   // odd, and no whole number of milliseconds
        for (int channel = 0; channel < channels; channel++)
        {
            for (int i = 0; i < Frames; i++) frames[channel][i] = i < Edge ? 0 : source[channel][i % rateHz];
        }
        var (track, file) = Encode(frames, format);
        Assert.Equal((false, (long)Frames, rateHz, file.Length), (track.IsLossless, track.Frames, track.SampleRateHz, track.Bytes));
        Assert.Empty(track.Warnings);
        var read = Read(folder.Write("a" + Extension(format), file));
        Assert.Equal((rateHz, channels, Frames), (read.SampleRateHz, read.Channels, read.Frames));
        Assert.Equal(0, BestShift(frames[0], read[0]));
    }

    /// <summary>Less than a block, a block and a little: where encoders and decoders count otherwise than in the middle.</summary>
    [FfmpegTheory, Trait("Requirement", "D-03")]
    [InlineData(FileFormat.Flac, 1), InlineData(FileFormat.Mp3, 1), InlineData(FileFormat.Mp3, 1_153), InlineData(FileFormat.Mp3, 2_350)]
    [InlineData(FileFormat.Ogg, 1), InlineData(FileFormat.Ogg, 577), InlineData(FileFormat.M4a, 1), InlineData(FileFormat.M4a, 1_025)]
    public void Export_ShortTracks_HaveTheSourcesLength(FileFormat format, int frames)
    {
        byte[] file = Encode(Signals.Noise(44_100, 2, frames, 0.3, seed: 5), format).File;
        Assert.Equal(frames, Read(folder.Write("a" + Extension(format), file)).Frames);
    }

    [FfmpegTheory, Trait("Requirement", "C-22")]
    [InlineData(320, 14, 44_100, 0), InlineData(320, 14, 48_000, 1), InlineData(320, 14, 32_000, 2), InlineData(128, 9, 44_100, 0)]
    public void Export_Mp3_HasOneBitRateInEveryFrame(int kbps, int rateIndex, int rateHz, int frequencyIndex)
    {
        byte[] file = Encode(Signals.Noise(rateHz, 2, Frames, 0.3, seed: 5), FileFormat.Mp3, With(new() { Mp3Kbps = kbps })).File;
        int at = 0, frames = 0;
        while (at + 4 <= file.Length)
        {
            // ISO/IEC 11172-3 §2.4.1.3: sync, MPEG-1 layer III without CRC; bit rate, frequency, padding.
            Assert.Equal((0xFF, 0xFB), (file[at], file[at + 1]));
            int index = file[at + 2] >> 4;
            if (frames > 0) Assert.Equal((rateIndex, frequencyIndex), (index, (file[at + 2] >> 2) & 3));   // the first holds no music, but the gaps' lengths
            at += (144_000 * EncoderOptions.Mp3Rates[index - 1] / rateHz) + ((file[at + 2] >> 1) & 1);
            frames++;
        }
        Assert.Equal(file.Length, at);
        Assert.InRange(frames, Frames / 1152, (Frames / 1152) + 4);
    }

    [FfmpegTheory, Trait("Requirement", "C-22")]
    [InlineData(FileFormat.Mp3, 96_000, 48_000), InlineData(FileFormat.Mp3, 22_050, 44_100), InlineData(FileFormat.Mp3, 8_000, 48_000), InlineData(FileFormat.M4a, 192_000, 48_000)]
    public void Export_RateTheFormatLacks_IsConvertedAndSaysSo(FileFormat format, int fromHz, int toHz)
    {
        var (track, file) = Encode(Signals.Sine(fromHz, 1, 1.5, 440, 0.25), format);
        Assert.Equal(toHz, track.SampleRateHz);
        Assert.Equal($"{EncodedFormat.Of(format)!.Title} has no {fromHz:N0} Hz; the track was converted to {toHz:N0} Hz.", Assert.Single(track.Warnings));
        var read = Read(folder.Write("a" + Extension(format), file));
        Assert.Equal((toHz, toHz * 3 / 2), (read.SampleRateHz, read.Frames));
        double worst = 0;
        for (int i = toHz / 10; i < toHz; i++) worst = Math.Max(worst, Math.Abs(read[0][i] - (0.25 * Math.Sin(2 * Math.PI * 440 * i / toHz))));
        Assert.InRange(worst, 0, 0.01);   // a tone alone codes far better than −28 dB; relabelled it would be off by its own height
    }

    [FfmpegFact]
    public void Export_LossyAtFullScale_SaysThatDecodersMayClip()
    {
        var (track, file) = Encode(Signals.Sine(44_100, 2, 1, 997, 2.5), FileFormat.Mp3);
        Assert.StartsWith("The true peak is ", Assert.Single(track.Warnings));
        Assert.InRange(track.Loudness.Peak, 1.0, 1.0);   // clamped before the encoder
        Assert.NotEmpty(file);
        var options = new ExportOptions { Format = FileFormat.Mp3, Mode = LoudnessMode.Limiter, TargetLufs = -9 };
        var limited = TrackExporter.Export(SampleSource.Of(Signals.Noise(44_100, 2, 88_200, 0.5, seed: 4)), options, new MemoryStream());
        Assert.Empty(limited.Warnings);
        Assert.InRange(limited.Loudness.TruePeakDbtp!.Value, -10, -0.95);
    }

    [FfmpegFact, Trait("Requirement", "D-47")]
    public void Export_EveryFormat_CarriesTagsAndCover()
    {
        var source = Signals.Noise(44_100, 2, 20_000, 0.3, seed: 5);
        var nasty = Id3Tests.Full with { Title = "It's = \"a\"; #1 \\ %d\nsecond line", Artist = "-i /etc/passwd", Album = "'; echo", Genre = new string('g', 3_000) };
        foreach (var tags in new[] { nasty, new() { Cover = Pictures.JpegCover } })
        {
            foreach (FileFormat format in Enum.GetValues<FileFormat>())
            {
                string path = folder.Write("a" + Extension(format), Encode(source, format, new() { Tags = tags }).File);
                Id3Tests.AssertEqual(tags, AudioFile.ReadTags(path));
                if (tags == nasty) Assert.Equal(20_000, Read(path).Frames);
            }
        }
    }

    [FfmpegFact]
    public void Export_LargeCoverAndComment_AreCarried()
    {
        var tags = new Tags { Title = "t", Comment = string.Concat(Enumerable.Repeat("é=;", 9_000)), Cover = CoverPicture.Of(Pictures.Png(1200, 1100)) };
        Assert.True(tags.Cover!.Content.Length > 1 << 20);
        foreach (FileFormat format in Enum.GetValues<FileFormat>())
        {
            string path = folder.Write("a" + Extension(format), Encode(Signals.Noise(44_100, 1, 9_000, 0.3, seed: 5), format, new() { Tags = tags }).File);
            Id3Tests.AssertEqual(tags, AudioFile.ReadTags(path));
        }
    }

    /// <summary>In FLAC, whose blocks are the smallest of all places that covers go to.</summary>
    [FfmpegFact]
    public void Export_CoverOfTheMostBytes_IsCarried()
    {
        var cover = CoverPicture.Of(Pictures.Png(4, 4, CoverPicture.MostBytes - Pictures.Png(4, 4, 0).Length))!;
        Assert.Equal(CoverPicture.MostBytes, cover.Content.Length);
        var extras = new ExportExtras { Tags = new() { Cover = cover } };
        string path = folder.Write("a.flac", Encode(Signals.Noise(44_100, 1, 9_000, 0.3, seed: 5), FileFormat.Flac, extras).File);
        Assert.True(AudioFile.ReadTags(path).Cover!.Content.Span.SequenceEqual(cover.Content.Span));
    }

    [FfmpegFact]
    public void Export_SameInput_GivesTheSameBytes()
    {
        var source = Signals.Noise(44_100, 2, 70_000, 0.3, seed: 5);
        foreach (FileFormat format in Enum.GetValues<FileFormat>())
        {
            byte[] Bytes(int blockFrames)
            {
                var target = new MemoryStream();
                var layout = new EncodedLayout(EncodedFormat.Of(format)!, 44_100, 2, BitDepth.Pcm24, source.Frames, Id3Tests.Full);
                using var writer = new EncodedWriter(target, layout, EncoderOptions.Default, CancellationToken.None);
                for (int at = 0; at < source.Frames; at += blockFrames) writer.Write(source.Slice(at, Math.Min(blockFrames, source.Frames - at)));
                writer.Complete();
                return target.ToArray();
            }
            if (encoded.Contains(format)) Assert.True(Bytes(70_000).AsSpan().SequenceEqual(Bytes(1_237)), $"{format} differs.");
            var extras = new ExportExtras { Tags = Id3Tests.Full };
            Assert.True(Encode(source, format, extras).File.AsSpan().SequenceEqual(Encode(source, format, extras).File), $"{format} differs.");
        }
    }

    [FfmpegFact, Trait("Requirement", "C-24")]
    public void Export_ScratchFolderOfAnyName_IsAFolder()
    {
        string scratch = folder["it's a \"folder\"\n%d;|&$(x) -y"];
        Directory.CreateDirectory(scratch);
        var extras = new ExportExtras { Tags = Id3Tests.Full, Encoder = new() { ScratchFolder = scratch } };
        foreach (FileFormat format in encoded)
        {
            byte[] file = Encode(Signals.Noise(44_100, 1, 9_000, 0.3, seed: 5), format, extras).File;
            Assert.NotEmpty(file);
            Assert.Empty(Directory.GetFileSystemEntries(scratch));
        }
    }

    static byte[] Codes(AudioBuffer track, BitDepth depth)
    {
        byte[] codes = new byte[track.Frames * track.Channels * BitDepths.BytesOf(depth)];
        Quantizer.Write(track, depth, codes);
        return codes;
    }
}
