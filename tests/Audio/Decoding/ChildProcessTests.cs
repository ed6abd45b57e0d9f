using System.Diagnostics;
using System.Text;
using DgxMusic.Audio.Decoding;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using static DgxMusic.Audio.Tests.RiffBytes;

namespace DgxMusic.Audio.Tests.Decoding;

/// <summary>With shell scripts in the place of ffmpeg: what happens when it is missing, fails, hangs or is no longer wanted.</summary>
[Collection(ChildProcesses.Name)]
public sealed class ChildProcessTests : IDisposable
{
    const string Facts = """echo '{"streams":[{"codec_name":"flac","sample_rate":"48000","channels":1,"bits_per_raw_sample":"16"}]}'""";

    static readonly byte[] flac = [.. "fLaC"u8, .. new byte[60]];

    readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact, Trait("Requirement", "X-13")]
    public void Open_NoFfmpeg_IsDecoderMissingAndNamesTheRemedy()
    {
        var fault = Assert.Throws<PipelineException>(() => Open(new() { Ffprobe = "no-such-program-here" }));
        Assert.Equal(Problem.DecoderMissing, fault.Problem);
        Assert.Contains("'no-such-program-here'", fault.Message);
        Assert.Contains("apt install ffmpeg", fault.Message);
    }

    [ShellFact, Trait("Requirement", "X-20")]
    public void Open_DecoderFails_IsUnreadableAndKeepsTheTailForTheLog()
    {
        var fault = Assert.Throws<PipelineException>(() => Open(Options("head -c 5000 /dev/zero | tr '\\0' x >&2; echo THE END >&2; exit 3")));
        Assert.Equal(Problem.UnreadableAudio, fault.Problem);
        Assert.Equal("The content is damaged or not what it seems: ffmpeg gave up with code 3.", fault.Message);
        Assert.EndsWith("xxxTHE END", fault.Log);
        Assert.InRange(fault.Log!.Length, 2000, 2048);
    }

    [ShellFact, Trait("Requirement", "X-20")]
    public void Read_DecoderFailsAfterSomeSamples_IsUnreadableAtTheEnd()
    {
        using var reader = Open(Options($"cat '{Output(1000)}'; echo broken >&2; exit 1"));
        var fault = Assert.Throws<PipelineException>(() => reader.ReadAll());
        Assert.Equal((Problem.UnreadableAudio, "broken"), (fault.Problem, fault.Log));
    }

    [ShellFact]
    public void Read_DecoderComplains_IsAWarning()
    {
        using var reader = Open(Options($"cat '{Output(1000)}'; echo 'invalid frame' >&2"));
        Assert.Equal(1000, reader.ReadAll().Frames);
        Assert.Equal("The decoder met damage in the file and went on; some of the music may be missing.", Assert.Single(reader.Warnings));
    }

    [ShellFact, Trait("Requirement", "X-20")]
    [Trait("Requirement", "X-20")]
    public void Read_DecoderHangs_IsKilledAndUnreadable()
    {
        var watch = Stopwatch.StartNew();
        using var reader = Open(Options($"echo $$ > '{folder["pid"]}'; cat '{Output(1000)}'; sleep 60") with { PatienceSeconds = 1.5 });
        var fault = Assert.Throws<PipelineException>(() => reader.ReadAll());
        Assert.Equal(Problem.UnreadableAudio, fault.Problem);
        Assert.StartsWith("Decoding stopped: ffmpeg gave nothing for", fault.Message);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 30);   // far below the 60 it wanted
        AssertGone();
    }

    [ShellFact, Trait("Requirement", "X-20")]
    [Trait("Requirement", "X-20")]
    public void Read_Cancelled_KillsTheDecoder()
    {
        using var cancellation = new CancellationTokenSource();
        using var reader = Open(Options($"echo $$ > '{folder["pid"]}'; cat '{Output(1000)}'; sleep 60"), cancellation.Token);
        cancellation.CancelAfter(100);
        Assert.Throws<OperationCanceledException>(() => reader.ReadAll());
        AssertGone();
    }

    [ShellFact, Trait("Requirement", "X-20")]
    public void Dispose_Unread_KillsTheDecoder()
    {
        Open(Options($"echo $$ > '{folder["pid"]}'; cat '{Output(1000)}'; sleep 60")).Dispose();
        AssertGone();
    }

    [ShellFact]
    public void Open_TokenAlreadyCancelled_StartsNothing()
    {
        var options = Options("true") with { Ffprobe = "no-such-program-here" };
        Assert.Throws<OperationCanceledException>(() => Open(options, new CancellationToken(canceled: true)));
    }

    [ShellFact]
    public void Open_DecoderWithoutOutput_IsZeroFramesOfTheProbedFormat()
    {
        using var reader = Open(Options("true"));
        Assert.Equal(new AudioFormat(48_000, 1, "flac", "PCM_16"), reader.Format);
        Assert.Equal((0L, 0), (reader.Frames, reader.Read(new AudioBuffer(48_000, 1, 10))));
    }

    [ShellFact]
    public void Open_DecoderWithHalfAHeader_IsUnreadable()
    {
        var fault = Assert.Throws<PipelineException>(() => Open(Options("printf RIFF; exit 9")));
        Assert.Equal(Problem.UnreadableAudio, fault.Problem);
        Assert.Contains("code 9", fault.Message);
    }

    [Theory]
    [InlineData("{}", "no audio"), InlineData("""{"streams":[]}""", "no audio")]
    [InlineData("""{"streams":[{"codec_name":"aac","sample_rate":"0"}]}""", "0 channels at 0 Hz")]
    public void Parse_NoAudioStream_IsUnreadable(string json, string sentence)
    {
        var fault = Assert.Throws<PipelineException>(() => StreamFacts.Parse(Encoding.UTF8.GetBytes(json), ContentKind.Mp4));
        Assert.Equal(Problem.UnreadableAudio, fault.Problem);
        Assert.Contains(sentence, fault.Message);
    }

    [Theory]
    [InlineData("1/48000", "0", "96000", 96_000L), InlineData("1/24000", "0", "48000", 96_000L), InlineData("1/48000", "10", "96000", null)]
    [InlineData("0/0", "0", "96000", null), InlineData("", "0", "96000", null), InlineData("1/48000", "0", "\"N/A\"", null)]
    public void Parse_Mp4Length_CountsFramesOrNothing(string timeBase, string start, string ticks, long? frames)
    {
        string json = $$"""
            {"streams":[{"codec_name":"aac","sample_rate":"48000","channels":2,"time_base":"{{timeBase}}","start_pts":{{start}},"duration_ts":{{ticks}}}]}
            """;
        Assert.Equal(frames, StreamFacts.Parse(Encoding.UTF8.GetBytes(json), ContentKind.Mp4).Frames);
    }

    ISampleReader Open(DecoderOptions options, CancellationToken cancellation = default) =>
        AudioFile.Open(folder.Write("a.flac", flac), options, cancellation);

    DecoderOptions Options(string ffmpeg) =>
        new() { Ffprobe = folder.Script("ffprobe", Facts), Ffmpeg = folder.Script("ffmpeg", ffmpeg), PatienceSeconds = 20 };

    string Output(int frames) => folder.Write(
        "out.wav", RiffBytes.File("RIFF", uint.MaxValue, Format(RiffBytes.Float, 1, 48_000, 32), Chunk("data", new byte[4 * frames], uint.MaxValue)));

    void AssertGone()
    {
        int pid = int.Parse(System.IO.File.ReadAllText(folder["pid"]));
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(pid));
    }
}
