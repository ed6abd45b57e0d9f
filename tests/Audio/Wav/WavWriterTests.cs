using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio.Tests.Wav;

/// <summary>What our own writer does besides the codecs' contract.</summary>
public class WavWriterTests
{
    [Fact]
    public void Write_LongTrack_PassesOnWhatIsAlignedInTheFile()
    {
        var stream = new CountingStream();
        using var writer = new WavWriter(stream, new WavLayout(48_000, 2, BitDepth.Pcm24, 150_000));
        for (int i = 0; i < 15; i++) writer.Write(new AudioBuffer(48_000, 2, 10_000));
        writer.Complete();
        Assert.Equal([68, 262_144, 524_288, 786_432, 900_068], stream.Ends);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Create_OverALongerFileOrNone_GivesTheStreamsBytesAndClosesTheFile(bool isThere)
    {
        using var folder = new ScratchFolder();
        string path = isThere ? folder.Write("track.wav", new byte[2_000_000]) : folder["track.wav"];
        var track = Signals.Noise(48_000, 2, 70_001, 0.9, seed: 5);
        using (var writer = WavWriter.Create(path, new WavLayout(48_000, 2, BitDepth.Float, track.Frames)))
        {
            writer.Write(track);
            writer.Complete();
        }

        Assert.Equal(Streamed(track, BitDepth.Float), System.IO.File.ReadAllBytes(path));
        using FileStream alone = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    [Fact]
    public void Create_ImpossibleLayout_LeavesTheOldFile()
    {
        using var folder = new ScratchFolder();
        string path = folder.Write("track.wav", [1, 2, 3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => WavWriter.Create(path, new WavLayout(48_000, 0, BitDepth.Pcm16, 4)));
        Assert.Equal(3, new FileInfo(path).Length);
    }

    static byte[] Streamed(AudioBuffer track, BitDepth depth)
    {
        var stream = new MemoryStream();
        using var writer = new WavWriter(stream, new WavLayout(track.SampleRateHz, track.Channels, depth, track.Frames));
        writer.Write(track);
        writer.Complete();
        return stream.ToArray();
    }
}
