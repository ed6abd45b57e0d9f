using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio.Tests.Decoding;

/// <summary>With the real ffmpeg: length, place and value of what comes back.</summary>
[Collection(ChildProcesses.Name)]
public sealed class FfmpegReaderTests : IDisposable
{
    const int Frames = 100_003;

    readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [FfmpegTheory, Trait("Requirement", "X-13"), Trait("Requirement", "A-21")]
    [InlineData(BitDepth.Pcm16, "PCM_16"), InlineData(BitDepth.Pcm24, "PCM_24")]
    public void Open_Flac_IsTheWavBitForBit(BitDepth depth, string bitDepth)
    {
        string source = WriteWav(Signals.Noise(44_100, 2, Frames, 0.5, seed: 4), depth);
        FfmpegTool.Encode(source, folder["a.flac"]);
        var expected = ReadAll(source);
        using var reader = AudioFile.Open(folder["a.flac"]);
        Assert.Equal(new AudioFormat(44_100, 2, "flac", bitDepth, 3), reader.Format);
        Assert.Equal(Frames, reader.Frames);
        var track = reader.ReadAll();
        for (int channel = 0; channel < 2; channel++) Assert.True(expected[channel].SequenceEqual(track[channel]));
        Assert.Empty(reader.Warnings);
    }

    [FfmpegTheory, Trait("Requirement", "X-13")]
    [InlineData("a.mp3", "mp3", 48_000), InlineData("a.mp3", "mp3", 44_100), InlineData("a.m4a", "m4a", 44_100), InlineData("a.m4a", "m4a", 48_000)]
    [InlineData("a.ogg", "ogg", 44_100), InlineData("a.opus", "ogg", 48_000)]
    public void Open_Lossy_HasTheSourcesLengthAndPlace(string name, string container, int rateHz)
    {
        var source = Signals.Sine(rateHz, 2, 2.3, 440, 0.5);
        for (int channel = 0; channel < 2; channel++) source[channel][..(rateHz / 2)].Clear();   // an edge to find again
        FfmpegTool.Encode(WriteWav(source, BitDepth.Pcm16), folder[name], "-b:a", "256k");

        using var fromFile = AudioFile.Open(folder[name]);
        using var fromPipe = AudioFile.Open(new PipeStream(File.ReadAllBytes(folder[name]), 4096), name);
        foreach (var reader in new[] { fromFile, fromPipe })
        {
            Assert.Equal(new AudioFormat(rateHz, 2, container, BitDepth: null, 3), reader.Format with { BitsPerSecond = null });
            var track = reader.ReadAll();
            Assert.Equal(source.Frames, track.Frames);
            if (reader.Frames is { } announced) Assert.Equal(source.Frames, announced);
            Assert.Equal(0, BestShift(source[0], track[0]));
            Assert.Empty(reader.Warnings);
        }
    }

    [FfmpegFact, Trait("Requirement", "X-13")]
    public void Open_FlacOfNoSamples_IsZeroFrames()
    {
        FfmpegTool.Encode(WriteWav(new AudioBuffer(44_100, 2, 100), BitDepth.Pcm16), folder["a.flac"], "-t", "0");
        using var reader = AudioFile.Open(folder["a.flac"]);
        Assert.Equal((44_100, 2), (reader.Format.SampleRateHz, reader.Format.Channels));
        Assert.Equal(0, reader.ReadAll().Frames);
    }

    [FfmpegTheory, InlineData("a.flac"), InlineData("a.mp3"), InlineData("a.ogg"), InlineData("a.m4a")]
    public void Open_CutOffOrDamaged_ReadsOrIsAPipelineException(string name)
    {
        FfmpegTool.Encode(WriteWav(Signals.Noise(44_100, 2, 20_000, 0.5, seed: 4), BitDepth.Pcm16), folder[name]);
        byte[] whole = File.ReadAllBytes(folder[name]);
        byte[][] damaged = [whole[..(whole.Length / 2)], whole[..40], Fuzz.Mutate(whole, 1, 60), Fuzz.Mutate(whole, 2, 400), Fuzz.Mutate(whole, 3, whole.Length)];
        for (int i = 0; i < damaged.Length; i++)
        {
            string path = folder.Write($"{i}{name}", damaged[i]);
            Fuzz.Reads(() => AudioFile.Open(path));   // asserts within
        }
    }

    [FfmpegFact]
    public void Open_CutOffFlac_WarnsOfWhatIsMissing()
    {
        FfmpegTool.Encode(WriteWav(Signals.Noise(44_100, 2, Frames, 0.5, seed: 4), BitDepth.Pcm16), folder["a.flac"]);
        byte[] whole = File.ReadAllBytes(folder["a.flac"]);
        using var reader = AudioFile.Open(folder.Write("b.flac", whole[..(whole.Length / 2)]));
        int frames = reader.ReadAll().Frames;
        Assert.InRange(frames, 1, Frames - 1);
        Assert.Contains($"The file is cut off: {Frames:N0} frames are announced, {frames:N0} are there.", reader.Warnings);
    }

    [FfmpegFact, Trait("Requirement", "A-27")]
    public void Open_NoiseBehindAnMp3Sync_IsUnreadable()
    {
        byte[] noise = new byte[20_000];
        new Random(5).NextBytes(noise);
        noise.AsSpan().Replace((byte)0xFF, (byte)0);
        byte[] file = [0xFF, 0xFB, 0x90, 0x00, .. noise];
        var fault = Assert.Throws<PipelineException>(() => AudioFile.Open(folder.Write("a.mp3", file)));
        Assert.Equal(Problem.UnreadableAudio, fault.Problem);
        Assert.DoesNotContain(folder.Path, fault.Message);
    }

    [FfmpegFact]
    public void Open_NameLikeAnOptionOrUrl_IsAFile()
    {
        FfmpegTool.Encode(WriteWav(Signals.Noise(44_100, 1, 5_000, 0.5, seed: 4), BitDepth.Pcm16), folder["a.flac"]);
        byte[] flac = File.ReadAllBytes(folder["a.flac"]);
        foreach (string name in (string[])["-i.flac", "concat:a|b.flac", "http:x %d 'é\".flac"])
        {
            using var reader = AudioFile.Open(folder.Write(name, flac));
            Assert.Equal(5_000, reader.ReadAll().Frames);
        }
    }

    [FfmpegFact]
    public void Dispose_InTheMiddle_RemovesTheScratch()
    {
        FfmpegTool.Encode(WriteWav(Signals.Noise(44_100, 2, 400_000, 0.5, seed: 4), BitDepth.Pcm16), folder["a.flac"]);
        Directory.CreateDirectory(folder["scratch"]);
        using (var reader = AudioFile.Open(new MemoryStream(File.ReadAllBytes(folder["a.flac"])), options: new() { ScratchFolder = folder["scratch"] }))
        {
            Assert.Equal(100, reader.Read(new AudioBuffer(44_100, 2, 100)));
            Assert.Single(Directory.GetFiles(folder["scratch"]));
        }
        Assert.Empty(Directory.GetFiles(folder["scratch"]));
    }

    [FfmpegFact]
    public void Open_FileByItsStream_TakesNoScratch()
    {
        FfmpegTool.Encode(WriteWav(Signals.Noise(44_100, 2, 5_000, 0.5, seed: 4), BitDepth.Pcm16), folder["a.flac"]);
        Directory.CreateDirectory(folder["scratch"]);
        using var reader = AudioFile.Open(File.OpenRead(folder["a.flac"]), options: new() { ScratchFolder = folder["scratch"] });
        Assert.Empty(Directory.GetFiles(folder["scratch"]));
        Assert.Equal(100, reader.Read(new AudioBuffer(44_100, 2, 100)));
    }

    [FfmpegFact]
    public void Open_MoreThanTheScratchTakes_IsBodyTooLarge()
    {
        FfmpegTool.Encode(WriteWav(Signals.Noise(44_100, 2, 50_000, 0.5, seed: 4), BitDepth.Pcm16), folder["a.flac"]);
        Directory.CreateDirectory(folder["scratch"]);
        using var file = new MemoryStream(File.ReadAllBytes(folder["a.flac"]));
        var fault = Assert.Throws<PipelineException>(() => AudioFile.Open(file, options: new() { ScratchFolder = folder["scratch"], MostScratchBytes = 1000 }));
        Assert.Equal(Problem.BodyTooLarge, fault.Problem);
        Assert.Empty(Directory.GetFiles(folder["scratch"]));
    }

    string WriteWav(AudioBuffer track, BitDepth depth)
    {
        string path = folder[$"source-{depth}.wav"];
        using var file = File.Create(path);
        using var writer = new WavWriter(file, new WavLayout(track.SampleRateHz, track.Channels, depth, track.Frames));
        writer.Write(track);
        writer.Complete();
        return path;
    }

    static AudioBuffer ReadAll(string path)
    {
        using var reader = AudioFile.Open(path);
        return reader.ReadAll();
    }

    /// <summary>Frames by which b lies behind a, −100 to 100: where their difference is smallest.</summary>
    static int BestShift(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        (double least, int best) = (double.MaxValue, 0);
        for (int shift = -100; shift <= 100; shift++)
        {
            double sum = 0;
            for (int i = 10_000; i < 60_000; i++) sum += Math.Pow(a[i] - b[i + shift], 2);
            if (sum < least) (least, best) = (sum, shift);
        }
        return best;
    }
}
