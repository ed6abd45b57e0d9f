using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Uploads;

namespace DgxMusic.Pipeline.Tests.Separations;

/// <summary>What a separation gives, and what it says where it cannot.</summary>
public sealed class SeparateTrackTests
{
    const string On = "1";

    [Fact]
    [Trait("Requirement", "D-12")]
    public async Task SeparateTrack_AllStemsAndTheRest_AddUpToTheMixAndNothingElseStays()
    {
        var fake = new WindowedFake();
        using var story = new SeparationStory(fake);
        SeparationResult result = await story.CompleteAsync(SeparationStory.Floats() with { WithResidual = true });

        Assert.Equal(["drums", "vocals", "residual"], result.Tracks.Select(track => track.Track));
        AudioBuffer[] tracks = [await story.ReadAsync(result, "drums"), await story.ReadAsync(result, "vocals"), await story.ReadAsync(result, "residual")];
        Assert.All(tracks, track => Assert.Equal(SeparationStory.Song.Frames, track.Frames));
        for (int channel = 0; channel < 2; channel++)
        {
            for (int n = 0; n < SeparationStory.Song.Frames; n++)
                Assert.Equal(SeparationStory.Song[channel][n], tracks[0][channel][n] + (double)tracks[1][channel][n] + tracks[2][channel][n], 1e-7);   // each rounded once to float32
        }

        string folder = $"stems/2026/11/20/{story.JobId}";
        Assert.Equal([$"{folder}/drums.wav", $"{folder}/manifest.json", $"{folder}/residual.wav", $"{folder}/vocals.wav", SeparationStory.Source.ToString()], story.Host.Blobs.Names);
        Assert.Equal(1, fake.Open);
    }

    [Fact]
    [Trait("Requirement", "D-05")]
    public async Task SeparateTrack_ModelGivesNoStems_FailsAndSaysSo()
    {
        using var story = new SeparationStory(null, null, (EngineSwitches.DemucsSetting, On));
        Job job = await story.RunAsync(SeparationStory.Floats() with { Title = "Song [[no-stems]]" });
        Assert.Equal((JobStatus.Failed, "NO_STEMS"), (job.Status, job.ErrorCode));
        Assert.Contains("gave no stems", job.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "D-05")]
    public async Task SeparateTrack_AnnouncedVocalsMissing_Fails()
    {
        using var story = new SeparationStory(null, null, (EngineSwitches.DemucsSetting, On));
        Job job = await story.RunAsync(SeparationStory.Floats() with { Title = "Song [[no-vocals]]" });
        Assert.Equal((JobStatus.Failed, "NO_STEMS"), (job.Status, job.ErrorCode));
        Assert.Contains("gave no vocals, only drums, bass, other", job.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "D-05")]
    public async Task SeparateTrack_VocalsAndNothingElse_Fails()
    {
        using var story = new SeparationStory(new() { Sources = ["vocals"] });
        Job job = await story.RunAsync();
        Assert.Equal((JobStatus.Failed, "NO_STEMS"), (job.Status, job.ErrorCode));
        Assert.Contains("no instrumental", job.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "D-05")]
    public async Task SeparateTrack_ModelWithoutVocals_CompletesWithAWarning()
    {
        using var story = new SeparationStory(new() { Stems = ["drums", "other"] });
        SeparationResult result = await story.CompleteAsync(new() { Model = "htdemucs", Stems = ["all"] });
        Assert.Equal(["drums", "other"], result.Tracks.Select(track => track.Track));
        Assert.Contains(result.Warnings, warning => warning.Contains("no vocals", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2.5f, 0.5f)]
    [InlineData(0.5f, 3f)]
    [Trait("Requirement", "D-06")]
    public async Task SeparateTrack_OneTrackTooLoud_ScalesAllAlikeAndSaysByHowMuch(float drums, float vocals)
    {
        var fake = new WindowedFake { Shares = [drums, vocals] };
        using var floats = new SeparationStory(fake);
        SeparationResult asIs = await floats.CompleteAsync(SeparationStory.Floats("vocals", "instrumental"));
        AudioBuffer[] loud = [await floats.ReadAsync(asIs, "vocals"), await floats.ReadAsync(asIs, "instrumental")];
        double peak = loud.Max(Peak);
        Assert.True(peak > 0.99);
        Assert.Equal(1, asIs.Gain);

        using var story = new SeparationStory(new() { Shares = [drums, vocals] });
        SeparationResult result = await story.CompleteAsync(SeparationStory.Floats("vocals", "instrumental") with { BitDepth = "PCM_24" });
        Assert.Equal(0.99 / peak, result.Gain, 1e-6);
        AudioBuffer[] scaled = [await story.ReadAsync(result, "vocals"), await story.ReadAsync(result, "instrumental")];
        for (int track = 0; track < 2; track++)
        {
            for (int n = 0; n < loud[track].Frames; n++) Assert.Equal(result.Gain * loud[track][0][n], scaled[track][0][n], 1.5e-7);   // half a step of 24 bits, and float32's own
        }

        Assert.Contains(result.Warnings, warning => warning.Contains("All tracks were scaled by 0.", StringComparison.Ordinal));
        Assert.Equal(result.Warnings, (await story.Host.Ledger.GetAsync(story.JobId)).Warnings);
    }

    [Fact]
    [Trait("Requirement", "D-06")]
    public async Task SeparateTrack_NoTrackTooLoud_LeavesThemAsTheyAre()
    {
        using var story = new SeparationStory(new());
        SeparationResult result = await story.CompleteAsync(SeparationStory.Floats("vocals", "instrumental") with { BitDepth = "PCM_16" });
        Assert.Equal(1, result.Gain);
        Assert.DoesNotContain(result.Warnings, warning => warning.Contains("scaled", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "D-11")]
    public async Task SeparateTrack_ModelDoesNotLoad_FailsSoAndTheNextJobSucceeds()
    {
        var fake = new WindowedFake { BeforeLoad = _ => throw new IOException("the weights are away") };
        using var story = new SeparationStory(fake);
        Job job = await story.RunAsync();
        Assert.Equal((JobStatus.Failed, "MODEL_INIT_FAILED", 0), (job.Status, job.ErrorCode, job.Retries.Count));
        Assert.Contains("the weights are away", job.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(503, Problem.BySlug["model-init-failed"].Status);

        fake.BeforeLoad = null;
        await story.CompleteAsync();
    }

    [Fact]
    [Trait("Requirement", "D-13")]
    public async Task SeparateTrack_ModelFaultsAgainAndAgain_FailsWithItsWords()
    {
        var fake = new WindowedFake { BeforeWindow = (_, window) => { if (window == 3) throw new InvalidDataException("window three is cursed"); } };
        using var story = new SeparationStory(fake);
        Job job = await story.RunAsync();
        Assert.Equal((JobStatus.Failed, Problem.Internal.Code, 3), (job.Status, job.ErrorCode, job.Retries.Count));
        Assert.Contains("window three is cursed", job.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(0, fake.Open);
        JobUpdate last = (await story.UpdatesAsync())[^1];
        Assert.Equal((JobStatus.Failed, job.ErrorMessage), (last.Status, last.ErrorMessage));
    }

    [Fact]
    [Trait("Requirement", "D-13")]
    public async Task SeparateTrack_NoNumbersBeyondTheFirstMinute_FailsWithThatProblem()
    {
        AudioBuffer song = SeparationStory.Noise(61 * WindowedFake.RateHz);
        using var story = new SeparationStory(new(), song);
        song[1][^1] = 0;
        await story.SubmitAsync(SeparationStory.Floats());
        await using (Stream written = (await story.Host.Blobs.OpenReadAsync(SeparationStory.Source))!)
        {
            byte[] file = new byte[written.Length];
            await written.ReadExactlyAsync(file);
            BitConverter.GetBytes(float.NaN).CopyTo(file, file.Length - 4);
            await using Pipeline.Ports.BlobWriter writer = await story.Host.Blobs.CreateAsync(SeparationStory.Source);
            await writer.Stream.WriteAsync(file);
            await writer.CommitAsync();
        }

        Job job = await story.EndAsync();
        Assert.Equal((JobStatus.Failed, "INVALID_SAMPLES", 0), (job.Status, job.ErrorCode, job.Retries.Count));
    }

    [Fact]
    [Trait("Requirement", "D-01")]
    public async Task Submit_SixChannels_IsRefusedBeforeThereIsAJob()
    {
        using var story = new SeparationStory(new()) { File = Waves.Of(new(8000, 6, 8000), BitDepth.Pcm16) };
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => story.SubmitAsync(SeparationStory.Floats()));
        Assert.Equal(Problem.TooManyChannels, refusal.Problem);
        Assert.Empty(await story.Host.Index.CountAsync(Caller.Owner));
    }

    [Fact]
    [Trait("Requirement", "D-18")]
    public async Task SeparateTrack_EachStage_IsTold()
    {
        var fake = new WindowedFake { Networks = 2 };
        using var story = new SeparationStory(fake);
        fake.BeforeWindow = (_, _) => story.Host.Clock.Advance(TimeSpan.FromSeconds(1));
        SeparationResult result = await story.CompleteAsync(SeparationStory.Floats("vocals", "instrumental") with { OutputFormat = "wav" });
        string[] told = [.. (await story.UpdatesAsync()).Select(update => update.StatusMessage)];

        string[] wanted =
        [
            "Loading htdemucs. The GPU One does the work", "Decoding song.wav: WAV, 8000 Hz, 2 channels", "htdemucs begins", "model 1 of 2", "model 2 of 2", "htdemucs is done",
            "Saving vocals as WAV", "Saving instrumental as WAV", "Publishing", "Completed",
        ];
        int at = -1;
        foreach (string text in wanted)
        {
            int next = Array.FindIndex(told, at + 1, message => message.Contains(text, StringComparison.Ordinal));
            Assert.True(next > at, $"'{text}' was not told after '{(at < 0 ? "" : told[at])}':\n{string.Join('\n', told)}");
            at = next;
        }

        Assert.Equal("cuda", result.Device);
    }

    static double Peak(AudioBuffer track) => Enumerable.Range(0, 2).Max(channel => track[channel].ToArray().Max(Math.Abs));
}
