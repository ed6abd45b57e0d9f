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
