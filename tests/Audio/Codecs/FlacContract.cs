using DgxMusic.Audio.Codecs;
using DgxMusic.Audio.Decoding;
using DgxMusic.Audio.Tests.Decoding;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio.Tests.Codecs;

/// <summary>FLAC is without loss, so it is the same whoever decodes it. The files are ffmpeg's.</summary>
[Collection(ChildProcesses.Name)]
public abstract class FlacContract : IDisposable
{
    const int Frames = 100_003;

    /// <summary>Of STREAMINFO in a file: signature and block head, then 13 bytes to the low four bytes of the frame count (RFC 9639 §8.2).</summary>
    const int FramesAt = 4 + 4 + 13;

    readonly ScratchFolder folder = new();

    protected abstract IAudioCodec Codec { get; }

    public void Dispose() => folder.Dispose();

    [FfmpegTheory, Trait("Requirement", "X-13"), Trait("Requirement", "A-21")]
    [InlineData(BitDepth.Pcm16, 1, 48_000, 4U), InlineData(BitDepth.Pcm24, 1, 8_000, 4U), InlineData(BitDepth.Pcm16, 2, 44_100, 3U), InlineData(BitDepth.Pcm24, 2, 192_000, 3U)]
    [InlineData(BitDepth.Pcm16, 6, 48_000, 0x3FU), InlineData(BitDepth.Pcm24, 8, 96_000, 0x63FU)]
    public void Open_Flac_IsTheWavBitForBit(BitDepth depth, int channels, int rateHz, uint mask)
    {
        string source = WriteWav(Signals.Noise(rateHz, channels, Frames, 1.1, seed: 4), depth, mask), flac = folder["a.flac"];
        FfmpegTool.Encode(source, flac);
        using var expected = AudioFile.Open(source);
        AudioBuffer wav = expected.ReadAll();
        byte[] bytes = File.ReadAllBytes(flac);
        Func<ISampleReader>[] ways =
        [
            () => AudioFile.Open(flac, Options), () => AudioFile.Open(new ChoppedStream(bytes), options: Options), () => AudioFile.Open(new PipeStream(bytes, 1_000), options: Options),
            () => AudioFile.Open(new MemoryStream([1, 2, 3, .. bytes]) { Position = 3 }, options: Options),
        ];
        foreach (var open in ways)
        {
            using var reader = open();
            Assert.Equal(new AudioFormat(rateHz, channels, "flac", BitDepths.NameOf(depth), mask), reader.Format);
            Assert.Equal(Frames, reader.Frames);
            AssertSame(wav, reader.ReadAll());
            Assert.Empty(reader.Warnings);
        }
    }

    [FfmpegTheory, InlineData("5.0"), InlineData("4.0"), InlineData("6.1"), InlineData("quad"), InlineData("3.0(back)")]
    public void Open_FlacOfAnyChannels_HasTheirPlaces(string layout)
    {
        FfmpegTool.Make(folder["a.flac"], "anoisesrc=d=0.1:a=0.1:s=1", "-af", $"aformat=channel_layouts={layout}");
        using var expected = AudioFile.Open(folder["a.flac"]);
        using var reader = AudioFile.Open(folder["a.flac"], Options);
        Assert.Equal(expected.Format, reader.Format);
        AssertSame(expected.ReadAll(), reader.ReadAll());
    }

    [FfmpegFact, Trait("Requirement", "X-13")]
    public void Open_FlacOfNoSamples_IsZeroFrames()
    {
        FfmpegTool.Encode(WriteWav(new AudioBuffer(44_100, 2, 100), BitDepth.Pcm16), folder["a.flac"], "-t", "0");
        using var reader = AudioFile.Open(folder["a.flac"], Options);
        Assert.Equal((44_100, 2), (reader.Format.SampleRateHz, reader.Format.Channels));
        Assert.Equal(0, reader.ReadAll().Frames);
    }

    [FfmpegTheory, InlineData(true), InlineData(false)]
    public void Open_FlacBehindATagOrOfUntoldLength_IsReadWhole(bool isTagged)
    {
        AudioBuffer track = Signals.Noise(44_100, 2, Frames, 0.5, seed: 4);
        string source = WriteWav(track, BitDepth.Pcm16);
        FfmpegTool.Encode(source, folder["a.flac"]);
        byte[] flac = File.ReadAllBytes(folder["a.flac"]);
        if (isTagged) flac = [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 10, .. new byte[10], .. flac];
        else flac.AsSpan(FramesAt, 5).Clear();
        if (!isTagged) flac[FramesAt] = 0xF0;   // the upper four bits are the depth's
        using var reader = AudioFile.Open(folder.Write("b.flac", flac), Options);
        using var expected = AudioFile.Open(source);
        AssertSame(expected.ReadAll(), reader.ReadAll());
    }

    [FfmpegTheory, InlineData("-sample_fmt", "s16", "-bits_per_raw_sample", "12"), InlineData("-sample_fmt", "s32", "-bits_per_raw_sample", "20")]
    [InlineData("-compression_level", "12", "-lpc_type", "cholesky"), InlineData("-frame_size", "192", "-ch_mode", "mid_side")]
    public void Open_FlacOfOddDepthOrBlocks_IsWhatFfmpegMakesOfIt(params string[] arguments)
    {
        FfmpegTool.Make(folder["a.flac"], "anoisesrc=d=0.5:a=0.3:s=1", arguments);
        using var expected = AudioFile.Open(folder["a.flac"]);
        using var reader = AudioFile.Open(folder["a.flac"], Options);
        Assert.Equal(expected.Format, reader.Format);
        AssertSame(expected.ReadAll(), reader.ReadAll());
    }

    [FfmpegFact]
    public void Open_CutOffFlac_GivesWhatIsThereAndWarns()
    {
        string source = WriteWav(Signals.Noise(44_100, 2, Frames, 0.5, seed: 4), BitDepth.Pcm16);
        FfmpegTool.Encode(source, folder["a.flac"]);
        byte[] whole = File.ReadAllBytes(folder["a.flac"]);
        using var reader = AudioFile.Open(folder.Write("b.flac", whole[..(whole.Length / 2)]), Options);
        AudioBuffer track = reader.ReadAll();
        Assert.InRange(track.Frames, Frames / 3, Frames - 1);
        Assert.Contains($"The file is cut off: {Frames:N0} frames are announced, {track.Frames:N0} are there.", reader.Warnings);
        using var expected = AudioFile.Open(source);
        int sound = track.Frames - 8_192;   // of the block that the cut went through decoders make what they like
        AssertSame(expected.ReadAll().Slice(0, sound), track.Slice(0, sound));
    }

    [FfmpegFact]
    public void Open_DamagedFlac_ReadsOrIsAPipelineException()
    {
        FfmpegTool.Encode(WriteWav(Signals.Noise(44_100, 2, 20_000, 0.5, seed: 4), BitDepth.Pcm16), folder["a.flac"]);
        byte[] whole = File.ReadAllBytes(folder["a.flac"]);
        for (uint seed = 0; seed < 9; seed++)
        {
            string path = folder.Write($"{seed}.flac", Fuzz.Mutate(whole, seed, header: seed % 3 == 0 ? 42 : seed % 3 == 1 ? 400 : whole.Length));
            Fuzz.Reads(() => AudioFile.Open(path, Options));   // asserts within
        }
    }

    DecoderOptions Options => new() { Codec = Codec };

    string WriteWav(AudioBuffer track, BitDepth depth, uint? mask = null)
    {
        string path = folder[$"source-{depth}.wav"];
        using var file = File.Create(path);
        using var writer = new WavWriter(file, new WavLayout(track.SampleRateHz, track.Channels, depth, track.Frames, mask));
        writer.Write(track);
        writer.Complete();
        return path;
    }

    static void AssertSame(AudioBuffer expected, AudioBuffer actual)
    {
        Assert.Equal((expected.SampleRateHz, expected.Channels, expected.Frames), (actual.SampleRateHz, actual.Channels, actual.Frames));
        for (int channel = 0; channel < expected.Channels; channel++) Assert.True(expected[channel].SequenceEqual(actual[channel]), $"Channel {channel} differs.");
    }
}

public sealed class ManagedFlacTests : FlacContract
{
    protected override IAudioCodec Codec => ManagedCodec.Instance;
}
