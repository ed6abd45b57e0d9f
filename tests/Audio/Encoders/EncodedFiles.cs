using DgxMusic.Audio.Encoders;
using DgxMusic.Audio.Export;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio.Tests.Encoders;

static class EncodedFiles
{
    /// <summary>The track as it is, in a file of that format.</summary>
    public static (MasteredTrack Track, byte[] File) Encode(AudioBuffer source, FileFormat format, ExportExtras? extras = null, BitDepth depth = BitDepth.Pcm16)
    {
        var target = new MemoryStream();
        var options = new ExportOptions { Format = format, BitDepth = depth, Normalize = false };
        var track = TrackExporter.Export(SampleSource.Of(source), options, extras ?? ExportExtras.None, target);
        return (track, target.ToArray());
    }

    public static AudioBuffer Read(string path)
    {
        using var reader = AudioFile.Open(path);
        var track = reader.ReadAll();
        Assert.Empty(reader.Warnings);
        return track;
    }

    /// <summary>Frames by which b lies behind a, −100 to 100: where their difference is smallest.</summary>
    public static int BestShift(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        (double least, int best) = (double.MaxValue, 0);
        for (int shift = -100; shift <= 100; shift++)
        {
            double sum = 0;
            for (int i = 10_000; i < 30_000; i++) sum += Math.Pow(a[i] - b[i + shift], 2);
            if (sum < least) (least, best) = (sum, shift);
        }
        return best;
    }

    public static string Extension(FileFormat format) => "." + FileFormats.NameOf(format);

    public static ExportExtras With(EncoderOptions encoder) => new() { Encoder = encoder };
}
