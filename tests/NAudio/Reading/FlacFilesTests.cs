using System.Buffers.Binary;
using System.Text;
using DgxMusic.Audio;
using DgxMusic.Audio.Decoding;
using DgxMusic.Audio.Tests;
using DgxMusic.Audio.Tests.Decoding;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.NAudio.Reading;

namespace DgxMusic.NAudio.Tests.Reading;

public sealed class FlacFilesTests : IDisposable
{
    readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [SoundFileFact]
    public void Open_Flac_IsLibsndfiles()
    {
        using ISampleReader? reader = FlacFiles.Open(new MemoryStream(Encoded()), leaveOpen: false);
        Assert.IsType<WaveStreamReader>(reader);
        Assert.Equal(new AudioFormat(44_100, 2, "flac", "PCM_16", 3), reader.Format);
    }

    [SoundFileFact]
    public void Open_NoLibrary_IsFfmpegs()
    {
        var stream = new MemoryStream(Encoded());
        using ISampleReader expected = AudioFile.Open(folder["a.wav"]), reader = AudioFile.Open(stream, options: new() { Codec = new NAudioCodec(readsFlac: false) });
        Assert.True(expected.ReadAll()[1].SequenceEqual(reader.ReadAll()[1]));
    }

    [SoundFileFact, Trait("Requirement", "A-27")]
    public void Open_NeitherLibraryNorFfmpeg_IsDecoderMissing()
    {
        var options = new DecoderOptions { Codec = new NAudioCodec(readsFlac: false), Ffmpeg = "no-such-ffmpeg", Ffprobe = "no-such-ffprobe" };
        var fault = Assert.Throws<PipelineException>(() => AudioFile.Open(new MemoryStream(Encoded()), options: options));
        Assert.Equal(Problem.DecoderMissing, fault.Problem);
        Assert.Contains("install ffmpeg", fault.Message);
    }

    [SoundFileFact]
    public void Open_LibraryWithoutFfmpeg_ReadsFlac()
    {
        var options = new DecoderOptions { Codec = NAudioCodec.Instance, Ffmpeg = "no-such-ffmpeg", Ffprobe = "no-such-ffprobe" };
        using ISampleReader reader = AudioFile.Open(new MemoryStream(Encoded()), options: options);
        Assert.Equal(30_000, reader.ReadAll().Frames);
    }

    [SoundFileFact]
    public void Open_DamagedWithoutFfmpeg_IsUnreadable()
    {
        byte[] flac = Encoded();
        flac.AsSpan(flac.Length / 2, 200).Fill(0x55);
        var options = new DecoderOptions { Codec = NAudioCodec.Instance, Ffmpeg = "no-such-ffmpeg", Ffprobe = "no-such-ffprobe" };
        using ISampleReader reader = AudioFile.Open(new MemoryStream(flac), options: options);
        var fault = Assert.Throws<PipelineException>(() => reader.ReadAll());
        Assert.Equal(Problem.UnreadableAudio, fault.Problem);
        Assert.Equal("The content is damaged or not what it seems: libsndfile gave up within it.", fault.Message);
    }

    [SoundFileFact]
    public void Read_StreamFails_IsTheStreamsOwnFault()
    {
        using ISampleReader reader = FlacFiles.Open(new BreakingStream(Encoded(), 30_000), leaveOpen: false)!;
        var fault = Assert.Throws<IOException>(() => reader.ReadAll());
        Assert.Equal("The line is dead.", fault.Message);
    }

    [Theory]
    [InlineData(null, 6, 0x60FU), InlineData("0x3F", 6, 0x3FU), InlineData("603", 4, 0x603U), InlineData("what", 4, 0x33U), InlineData(null, 1, 0x4U)]
    public void Read_Header_SaysWhatTheChannelsAre(string? told, int channels, uint mask)
    {
        FlacHeader header = FlacHeader.Read(new MemoryStream([.. "fLaC"u8, .. StreamInfo(channels), .. Block(6, new byte[5_000]), .. Comments(told)]))!;
        Assert.Equal((96_000, channels, 24, 68_719_476_735L), (header.SampleRateHz, header.Channels, header.Bits, header.Frames));
        Assert.Equal(mask, header.Format.ChannelMask);
    }

    [Theory]
    [InlineData("FFF8CB1C", true), InlineData("FFF9C9AC", false), InlineData("FFF8C01C", true), InlineData("FFF8CBAC", true), InlineData("FFF8CB0C", false)]
    [InlineData("FFF8CB18", false), InlineData("FFF8CB10", true), InlineData("00F8CB1C", false)]
    public void Read_FirstFrame_HasTheLastWord(string frame, bool agrees)
    {
        byte[] file = [.. "fLaC"u8, .. StreamInfo(2), .. Comments(null), .. Convert.FromHexString(frame)];
        Assert.Equal(agrees, FlacHeader.Read(new MemoryStream(file)) is not null);
    }

    [Fact]
    public void Read_DamagedHeader_IsNoneOrOne()
    {
        byte[] whole = [.. "fLaC"u8, .. StreamInfo(2), .. Comments("3")];
        int read = 0;
        for (uint seed = 0; seed < 3_000; seed++)
        {
            if (FlacHeader.Read(new MemoryStream(Fuzz.Mutate(whole, seed, whole.Length))) is { } header && header.Format.Channels > 0) read++;
        }
        Assert.InRange(read, 300, 2_900);
    }

    byte[] Encoded()
    {
        var track = Signals.Noise(44_100, 2, 30_000, 0.5, seed: 4);
        using (var writer = WavWriter.Create(folder["a.wav"], new WavLayout(44_100, 2, BitDepth.Pcm16, track.Frames)))
        {
            writer.Write(track);
            writer.Complete();
        }
        FfmpegTool.Encode(folder["a.wav"], folder["a.flac"]);
        return File.ReadAllBytes(folder["a.flac"]);
    }

    static byte[] StreamInfo(int channels)
    {
        byte[] content = new byte[34];
        BinaryPrimitives.WriteUInt64BigEndian(content.AsSpan(10), (96_000UL << 44) | ((ulong)(channels - 1) << 41) | (23UL << 36) | 0xF_FFFF_FFFF);
        return Block(0, content);
    }

    static byte[] Comments(string? mask)
    {
        string[] comments = mask is null ? ["TITLE=x"] : ["TITLE=x", $"waveformatextensible_channel_mask={mask}"];
        byte[] content = [.. Text("vendor"), .. RiffBytes.U32((uint)comments.Length), .. comments.SelectMany(Text)];
        byte[] block = Block(4, content);
        block[0] |= 0x80;
        return block;
    }

    static byte[] Text(string text) => [.. RiffBytes.U32((uint)text.Length), .. Encoding.UTF8.GetBytes(text)];

    static byte[] Block(byte type, byte[] content) => [type, 0, (byte)(content.Length >> 8), (byte)content.Length, .. content];

    /// <summary>Fails beyond a place.</summary>
    sealed class BreakingStream(byte[] content, int place) : MemoryStream(content)
    {
        public override int Read(byte[] buffer, int offset, int count) => Position > place ? throw new IOException("The line is dead.") : base.Read(buffer, offset, count);
    }
}
