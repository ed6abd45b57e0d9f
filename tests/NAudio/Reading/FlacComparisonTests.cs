using DgxMusic.Audio;
using DgxMusic.Audio.Decoding;
using DgxMusic.Audio.Tests;
using DgxMusic.Audio.Tests.Decoding;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.NAudio.Tests.Reading;

/// <summary>FLAC as the other hosts read it, through ffmpeg, and as this one does.</summary>
public sealed class FlacComparisonTests : IDisposable
{
    readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [SoundFileTheory, InlineData("5.0"), InlineData("4.0"), InlineData("6.1"), InlineData("quad"), InlineData("3.0(back)")]
    public void Open_FlacOfAnyChannels_HasTheirPlaces(string layout)
    {
        FfmpegTool.Make(folder["a.flac"], "anoisesrc=d=0.1:a=0.1:s=1", "-af", $"aformat=channel_layouts={layout}");
        using var expected = AudioFile.Open(folder["a.flac"]);
        using var reader = AudioFile.Open(folder["a.flac"], Options);
        Assert.Equal(expected.Format, reader.Format);
        AssertSame(expected.ReadAll(), reader.ReadAll());
    }

    [SoundFileTheory, InlineData("-sample_fmt", "s16", "-bits_per_raw_sample", "12"), InlineData("-sample_fmt", "s32", "-bits_per_raw_sample", "20")]
    [InlineData("-compression_level", "12", "-lpc_type", "cholesky"), InlineData("-frame_size", "192", "-ch_mode", "mid_side")]
    public void Open_FlacOfOddDepthOrBlocks_IsWhatFfmpegMakesOfIt(params string[] arguments)
    {
        FfmpegTool.Make(folder["a.flac"], "anoisesrc=d=0.5:a=0.3:s=1", arguments);
        using var expected = AudioFile.Open(folder["a.flac"]);
        using var reader = AudioFile.Open(folder["a.flac"], Options);
        Assert.Equal(expected.Format, reader.Format);
        AssertSame(expected.ReadAll(), reader.ReadAll());
    }

    /// <summary>ffmpeg reads on behind damage, so everybody does.</summary>
    [SoundFileTheory, InlineData(true), InlineData(false)]
    public void Open_DamagedFlac_IsWhatFfmpegMakesOfIt(bool fromFile)
    {
        FfmpegTool.Make(folder["a.flac"], "anoisesrc=d=0.5:a=0.5:s=1", "-ac", "2", "-sample_fmt", "s16");
        byte[] whole = File.ReadAllBytes(folder["a.flac"]);
        int readable = 0;
        for (uint seed = 0; seed < 12; seed++)
        {
            string path = folder.Write($"{seed}.flac", Fuzz.Mutate(whole, seed, header: seed % 3 == 0 ? 42 : whole.Length));
            var expected = new Outcome(() => AudioFile.Open(path));
            var actual = new Outcome(() => fromFile ? AudioFile.Open(path, Options) : AudioFile.Open(new ChoppedStream(File.ReadAllBytes(path)), options: Options));
            Assert.Equal(expected.Fault, actual.Fault);
            if (expected.Track is not { } track) continue;
            readable++;
            AssertSame(track, actual.Track!);
            if (track.Frames > 0) Assert.Equal(expected.Format, actual.Format);
        }
        Assert.InRange(readable, 3, 12);
    }

    sealed class Outcome
    {
        public Outcome(Func<ISampleReader> open)
        {
            try
            {
                using var reader = open();
                (Format, Track) = (reader.Format, reader.ReadAll(1_000_000));
            }
            catch (PipelineException fault)
            {
                Fault = fault.Problem;
            }
        }

        public AudioFormat? Format { get; }

        public AudioBuffer? Track { get; }

        public Problem? Fault { get; }
    }

    static DecoderOptions Options => new() { Codec = NAudioCodec.Instance };

    static void AssertSame(AudioBuffer expected, AudioBuffer actual)
    {
        Assert.Equal((expected.SampleRateHz, expected.Channels, expected.Frames), (actual.SampleRateHz, actual.Channels, actual.Frames));
        for (int channel = 0; channel < expected.Channels; channel++) Assert.True(expected[channel].SequenceEqual(actual[channel]), $"Channel {channel} differs.");
    }
}
