using System.Diagnostics;
using DgxMusic.Audio.Encoders;
using DgxMusic.Audio.Export;
using DgxMusic.Audio.Tests.Decoding;
using DgxMusic.Audio.Tests.Tagging;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using static DgxMusic.Audio.Tests.Encoders.EncodedFiles;

namespace DgxMusic.Audio.Tests.Encoders;

/// <summary>With shell scripts in the place of ffmpeg: an encoder that is missing, fails, hangs, lies or is no longer wanted leaves nothing.</summary>
[Collection(ChildProcesses.Name)]
public sealed class EncoderFaultTests : IDisposable
{
    readonly ScratchFolder folder = new();
    readonly MemoryStream target = new();

    public EncoderFaultTests() => Directory.CreateDirectory(folder["scratch"]);

    public void Dispose()
    {
        Assert.Empty(Directory.GetFileSystemEntries(folder["scratch"]));
        Assert.Equal(0, target.Length);
        folder.Dispose();
    }

    [Fact, Trait("Requirement", "C-27")]
    public void Export_NoFfmpeg_IsDecoderMissingAndNamesTheRemedy()
    {
        var fault = Fault("no-such-program-here");
        Assert.Equal(Problem.DecoderMissing, fault.Problem);
        Assert.StartsWith("Writing this format needs 'no-such-program-here', which does not start here: install ffmpeg", fault.Message);
        Assert.EndsWith("or export WAV.", fault.Message);
    }

    [ShellTheory, Trait("Requirement", "C-27"), Trait("Requirement", "X-20")]
    [InlineData("cat > /dev/null; echo 'Unknown encoder' >&2; exit 1", "Encoding failed: ffmpeg gave up with code 1.", "Unknown encoder")]
    [InlineData("head -c 100 > /dev/null; echo broken >&2; exit 7", "Encoding failed: ffmpeg gave up with code 7.", "broken")]
    [InlineData("echo 'nothing read' >&2; exit 2", "Encoding failed: ffmpeg gave up with code 2.", "nothing read")]
    [InlineData("cat > /dev/null; echo 'no file' >&2", "Encoding failed: there is no file.", "no file")]
    [InlineData("cat > /dev/null; touch \"${FILE#file:}\"; echo empty >&2", "Encoding failed: there is no file.", "empty")]
    public void Export_EncoderFails_IsExportFailedAndKeepsTheTailForTheLog(string script, string sentence, string log)
    {
        var fault = Fault(Script(script));
        Assert.Equal((Problem.ExportFailed, sentence), (fault.Problem, fault.Message));
        Assert.Equal(log, fault.Log);
        Assert.DoesNotContain(folder.Path, fault.Message);
    }

    [ShellFact, Trait("Requirement", "C-27")]
    public void Export_EncoderEndsEarlyAndContent_IsExportFailed()
    {
        var fault = Fault(Script("head -c 100 > \"${FILE#file:}\""));
        Assert.Equal((Problem.ExportFailed, "Encoding failed: ffmpeg gave up with code 0."), (fault.Problem, fault.Message));
    }

    [ShellTheory, Trait("Requirement", "C-27"), Trait("Requirement", "X-20")]
    [InlineData("sleep 60"), InlineData("cat > /dev/null; sleep 60"), InlineData("exec <&-; sleep 60")]
    public void Export_EncoderHangs_IsKilled(string script)
    {
        var watch = Stopwatch.StartNew();
        var fault = Fault(Script($"echo $$ > '{folder["pid"]}'; {script}"), patienceSeconds: 1);
        Assert.Equal((Problem.ExportFailed, "Encoding stopped: ffmpeg took nothing for 1 s."), (fault.Problem, fault.Message));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 30);   // far below the 60 it wanted
        AssertGone();
    }

    [ShellTheory, Trait("Requirement", "X-20"), InlineData("sleep 60"), InlineData("cat > /dev/null; sleep 60")]
    public void Export_Cancelled_KillsTheEncoder(string script)
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.CancelAfter(700);
        var extras = With(Options(Script($"echo $$ > '{folder["pid"]}'; {script}"), 60));
        Assert.ThrowsAny<OperationCanceledException>(() => TrackExporter.Export(
            SampleSource.Of(Noise()), new() { Format = FileFormat.Flac }, extras, target, null, cancellation.Token));
        AssertGone();
    }

    [ShellFact, Trait("Requirement", "C-27"), Trait("Requirement", "X-20")]
    public void Export_EncoderIsKilledFromOutside_IsExportFailed()
    {
        var fault = Fault(Script("head -c 100000 > \"${FILE#file:}\"; kill -9 $$"));
        Assert.Equal((Problem.ExportFailed, "Encoding failed: ffmpeg gave up with code 137."), (fault.Problem, fault.Message));
    }

    /// <summary>The real one, killed at half of the track, while its file lies unfinished in the scratch folder.</summary>
    [FfmpegShellTheory, Trait("Requirement", "C-27"), InlineData(FileFormat.Flac), InlineData(FileFormat.Mp3), InlineData(FileFormat.Ogg), InlineData(FileFormat.M4a)]
    public void Write_FfmpegIsKilledHalfWay_IsExportFailed(FileFormat format)
    {
        const int blocks = 8;
        var layout = new EncodedLayout(EncodedFormat.Of(format)!, 48_000, 2, BitDepth.Pcm24, blocks * Noise().Frames, Id3Tests.Full);
        using var writer = new EncodedWriter(target, layout, Options(Script($"echo $$ > '{folder["pid"]}'; exec ffmpeg \"$@\""), 20), CancellationToken.None);
        var fault = Assert.Throws<PipelineException>(() =>
        {
            for (int block = 0; block < blocks; block++)
            {
                if (block == blocks / 2) Process.GetProcessById(int.Parse(File.ReadAllText(folder["pid"]))).Kill();
                writer.Write(Noise());
            }
            writer.Complete();
        });
        Assert.Equal((Problem.ExportFailed, "Encoding failed: ffmpeg gave up with code 137."), (fault.Problem, fault.Message));
        Assert.Throws<InvalidOperationException>(writer.Complete);
    }

    [FfmpegFact, Trait("Requirement", "C-27")]
    public void Export_TargetTakesNoMore_ThrowsAndLeavesNoScratch()
    {
        using var full = new MemoryStream(new byte[1_000]);   // throws where a disk would
        Assert.Throws<NotSupportedException>(() => TrackExporter.Export(
            SampleSource.Of(Noise()), new() { Format = FileFormat.Flac }, With(Options("ffmpeg", 20)), full));
    }

    [ShellFact]
    public void Dispose_Incomplete_KillsTheEncoderAndLeavesNothing()
    {
        var layout = new EncodedLayout(EncodedFormat.Flac, 48_000, 2, BitDepth.Pcm16, 400_000, Id3Tests.Full);
        using (var writer = new EncodedWriter(target, layout, Options(Script($"echo $$ > '{folder["pid"]}'; cat > /dev/null"), 20), CancellationToken.None))
        {
            writer.Write(Noise());
            Assert.Single(Directory.GetDirectories(folder["scratch"]));
            Assert.Throws<InvalidOperationException>(writer.Complete);   // frames are missing
            Assert.Throws<InvalidOperationException>(() => writer.Write(Noise()));
        }
        AssertGone();
    }

    [ShellFact, Trait("Requirement", "X-14")]
    public void Write_NotANumber_IsInvalidSamplesAndNeverCompletes()
    {
        var layout = new EncodedLayout(EncodedFormat.Mp3, 48_000, 1, BitDepth.Pcm24, 2, Id3Tests.Full);
        using var writer = new EncodedWriter(target, layout, Options(Script("cat > /dev/null"), 20), CancellationToken.None);
        Assert.Equal(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => writer.Write(new(48_000, [[0f, float.NaN]]))).Problem);
        Assert.Throws<InvalidOperationException>(writer.Complete);
    }

    [ShellFact]
    public void Export_TokenAlreadyCancelled_StartsNothing() => Assert.ThrowsAny<OperationCanceledException>(
        () => new EncodedWriter(target, new(EncodedFormat.Mp3, 48_000, 1, BitDepth.Pcm24, 2, Id3Tests.Full), Options("no-such-program-here", 1), new(true)));

    [FfmpegFact, Trait("Requirement", "C-27")]
    public void Export_PictureThatIsBrokenInside_DoesNotStopTheMusic()
    {
        byte[] broken = Pictures.Png(64, 64)[..900];
        var extras = With(Options("ffmpeg", 20)) with { Tags = Id3Tests.Full with { Cover = Pictures.PngCover with { Content = broken } } };
        foreach (FileFormat format in (FileFormat[])[FileFormat.Flac, FileFormat.Mp3, FileFormat.Ogg, FileFormat.M4a])
        {
            Assert.NotEmpty(Encode(Noise(), format, extras).File);
        }
    }

    PipelineException Fault(string ffmpeg, double patienceSeconds = 20) => Assert.Throws<PipelineException>(() => TrackExporter.Export(
        SampleSource.Of(Noise()), new() { Format = FileFormat.Flac }, With(Options(ffmpeg, patienceSeconds)), target));

    /// <summary>The script finds the name of the file it should write in FILE.</summary>
    string Script(string body) => folder.Script("ffmpeg", "for FILE in \"$@\"; do :; done\n" + body);

    EncoderOptions Options(string ffmpeg, double patienceSeconds) => new() { Ffmpeg = ffmpeg, PatienceSeconds = patienceSeconds, ScratchFolder = folder["scratch"] };

    /// <summary>More than a pipe holds.</summary>
    static AudioBuffer Noise() => Signals.Noise(48_000, 2, 100_000, 0.3, seed: 9);

    void AssertGone()
    {
        int pid = int.Parse(File.ReadAllText(folder["pid"]));
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(pid));
    }
}
