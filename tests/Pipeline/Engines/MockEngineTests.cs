using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Memory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Tests.Engines;

public sealed class MockEngineTests
{
    const string On = "1";

    static TestHost Mocked() => new(1, null, null, (EngineSwitches.MusicGenSetting, On), (EngineSwitches.DemucsSetting, On));

    [Fact]
    [Trait("Requirement", "X-10")]
    public void MusicMock_OfOneRequest_IsOneMusic_AndOfAnyOtherAnother()
    {
        GenerationRequest request = TestHost.Request(seconds: 1.2345);
        float[] music = Play(new MockMusicGenerator("musicgen-small"), request, 7);
        Assert.Equal(music, Play(new MockMusicGenerator("musicgen-small"), request, 7));
        Assert.Equal(AudioBuffer.FramesIn(1.2345, 32_000), music.Length);
        Assert.InRange(music.Max(Math.Abs), 0.1f, 0.99f);
        Assert.All(music.Chunk(1600), part => Assert.Contains(part, sample => Math.Abs(sample) > 0.01f));
        float[][] others =
        [
            Play(new MockMusicGenerator("musicgen-large"), request, 7), Play(new MockMusicGenerator("musicgen-small"), request, 8),
            .. new[] { request with { Prompt = "other words" }, request with { TopK = 9 }, request with { Temperature = 0.5 }, request with { CfgCoef = 4 }, request with { TopP = 0.5 }, request with { Bpm = 99 }, request with { Key = "C major" } }
                .Select(other => Play(new MockMusicGenerator("musicgen-small"), other, 7)),
            Play(new MockMusicGenerator("musicgen-small"), request, 7, new EngineRun { PromptAudioSha256 = "00" }),
        ];
        Assert.All(others, other => Assert.NotEqual(music, other));
        Assert.Equal(others.Length, others.Select(other => string.Join(' ', other)).Distinct().Count());
    }

    [Fact]
    [Trait("Requirement", "X-10")]
    public async Task MusicMock_On_PlaysForEveryMusicGenAndIsTheDefault()
    {
        using TestHost host = Mocked();
        Job job = await host.SubmitAsync();
        Assert.Equal("musicgen-small", job.Model);
        await host.Orchestrator.RunAllAsync();
        Job done = await host.Ledger.GetAsync(job.JobId);
        Assert.Equal(JobStatus.Completed, done.Status);
        GenerationResult result = Payload.Read<GenerationResult>(done.Result!.Value);
        Assert.Equal((32_000, 2, 1, 1.0), (result.SampleRateHz, result.Channels, result.SourceChannels, result.DurationSeconds));
        await using Stream stream = (await host.Blobs.OpenReadAsync(result.Manifest))!;
        JsonElement engine = (await JsonDocument.ParseAsync(stream)).RootElement.GetProperty("engine");
        Assert.Equal(("musicgen-small", "mock"), (engine.GetProperty("name").GetString(), engine.GetProperty("version").GetString()));
        Assert.Equal("composer", (await host.SubmitAsync(TestHost.Request() with { Model = "composer" })).Model);
        Assert.Equal("musicgen-large", (await host.SubmitAsync(TestHost.Request() with { Model = "musicgen-large" })).Model);
    }

    [Theory]
    [Trait("Requirement", "X-10")]
    [InlineData("[[fail:2]] calm", JobStatus.Completed, 2)]
    [InlineData("[[fail:3]] calm", JobStatus.Completed, 3)]
    [InlineData("[[fail:4]] calm", JobStatus.Failed, 3)]
    public async Task MusicMock_ToldToFail_FailsSoOftenWhoeverRunsIt(string prompt, JobStatus end, int retries)
    {
        using TestHost host = Mocked();
        Job job = await host.SubmitAsync(TestHost.Request(prompt));
        await host.Orchestrator.RunAllAsync();
        Job ended = await host.Ledger.GetAsync(job.JobId);
        Assert.Equal((end, retries), (ended.Status, ended.Retries.Count));
    }

    [Fact]
    [Trait("Requirement", "X-10")]
    public async Task MusicMock_GpuOutOfMemory_IsPlayedOnTheCpuAndSaid()
    {
        using TestHost host = Mocked();
        Job job = await host.SubmitAsync(TestHost.Request("[[gpu-oom]] calm"));
        await host.Orchestrator.RunAllAsync();
        Job ended = await host.Ledger.GetAsync(job.JobId);
        Assert.Equal((JobStatus.Completed, 0, "cpu"), (ended.Status, ended.Retries.Count, ended.DeviceUsed));
        Assert.Contains(ended.Warnings, warning => warning.Contains("GPU ran out of memory", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "X-10")]
    public async Task MusicMock_Asleep_IsCancelledBetweenTwoNaps()
    {
        using TestHost host = Mocked();
        Job job = await host.SubmitAsync(TestHost.Request("[[sleep:9999]] calm"));
        host.Orchestrator.BeforeActivity = async name =>
        {
            if (name != nameof(GenerateAudio)) return;
            await host.Desk.CancelAsync(job.JobId, Identity.Caller.Owner, force: true);
        };
        await host.Orchestrator.RunAllAsync();
        Assert.Equal(JobStatus.Cancelled, (await host.Ledger.GetAsync(job.JobId)).Status);
    }

    [Fact]
    [Trait("Requirement", "X-10")]
    public void MusicMock_ToldToSleep_LastsSoLongAndPlaysTheSame()
    {
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        using IMusicPerformance music = new MockMusicGenerator("musicgen-small").Prepare(TestHost.Request("[[sleep:0.25]] calm"), 7);
        List<int> blocks = [];
        while (music.Render() is { } block) blocks.Add(block.Mix.Frames);
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(began) >= TimeSpan.FromSeconds(0.25));
        Assert.Equal((0, 32_000), (blocks[0], blocks.Sum()));
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        using IMusicPerformance stopped = new MockMusicGenerator("musicgen-small").Prepare(TestHost.Request("[[sleep:9999]] calm"), 7, new EngineRun { Stopping = stop.Token });
        Assert.Throws<OperationCanceledException>(stopped.Render);
    }

    [Fact]
    [Trait("Requirement", "X-10")]
    public async Task Mocks_Off_LeaveMarksToWhoReadsThem()
    {
        using var host = new TestHost();
        Job job = await host.SubmitAsync(TestHost.Request("[[fail:9]] [[gpu-oom]] calm"));
        Assert.Equal("composer", job.Model);
        await host.Orchestrator.RunAllAsync();
        Job ended = await host.Ledger.GetAsync(job.JobId);
        Assert.Equal((JobStatus.Completed, 0), (ended.Status, ended.Retries.Count));
        Assert.Equal(Problem.ModelNotInstalled, Assert.Throws<PipelineException>(() => host.Get<EngineRegistry>().Find("musicgen-small")).Problem);
    }

    [Theory]
    [Trait("Requirement", "X-10")]
    [InlineData("htdemucs", 4)]
    [InlineData("htdemucs_ft", 4)]
    [InlineData("htdemucs_6s", 6)]
    public void SeparatorMock_Stems_AddUpToTheMix(string name, int count)
    {
        var mix = new AudioBuffer(44_100, 2, 30_001);
        for (int n = 0; n < mix.Frames; n++) (mix[0][n], mix[1][n]) = ((float)Math.Sin(n * 0.01), (float)(3.7 * Math.Sin(n * 0.037)));
        var separator = new MockSeparator(name);
        float[][][] stems = Separate(separator.Open("", new()), mix);
        Assert.Equal((count, separator.Stems.Count), (stems.Length, count));
        for (int channel = 0; channel < 2; channel++)
        {
            for (int n = 0; n < mix.Frames; n++) Assert.Equal(mix[channel][n], stems.Sum(stem => (double)stem[channel][n]), 1e-6);
        }

        Assert.All(stems, stem => Assert.Contains(stem[0], sample => Math.Abs(sample) > 0.01f));
        Assert.Equal(stems, Separate(separator.Open("", new()), mix));
    }

    [Fact]
    [Trait("Requirement", "X-10")]
    public void SeparatorMock_Marks_DoWhatTheySay()
    {
        var separator = new MockSeparator("htdemucs");
        var mix = new AudioBuffer(8000, 2, 100);
        mix[0].Fill(0.5f);
        Assert.Throws<MockFaultException>(() => separator.Open("a [[fail:1]]", new()));
        Assert.Equal(["drums", "bass", "other", "vocals"], separator.Open("a [[fail:1]]", new(Attempt: 2)).Sources);
        Assert.Throws<GpuMemoryException>(() => Separate(separator.Open("a [[gpu-oom]]", new()), mix));
        Assert.Equal(4, Separate(separator.Open("a [[gpu-oom]]", new(OnCpu: true)), mix).Length);
        ISeparationModel songless = separator.Open("a [[no-vocals]]", new());
        Assert.Equal(["drums", "bass", "other"], songless.Sources);
        Assert.Equal(0.5, Separate(songless, mix).Sum(stem => (double)stem[0][0]), 1e-6);
        Assert.Empty(separator.Open("a [[no-stems]]", new()).Sources);
        using var stop = new CancellationTokenSource();
        List<double> told = [];
        IStemStream sleeper = separator.Open("a [[sleep:9999]]", new()).Open(new(100, 0, 0), 8000, new(), _ => { }, part => { told.Add(part); stop.Cancel(); }, stop.Token);
        Assert.Throws<OperationCanceledException>(() => sleeper.Process(mix));
        Assert.Equal([0.0], told);
    }

    [Fact]
    [Trait("Requirement", "X-10")]
    public void Separators_WithoutAName_AreTheBestInstalled()
    {
        using TestHost plain = new(), mocked = Mocked();
        Assert.Equal("spectral", plain.Get<SeparatorRegistry>().Find(null).Facts.Name);
        PipelineException missing = Assert.Throws<PipelineException>(() => plain.Get<SeparatorRegistry>().Find("htdemucs"));
        Assert.Equal((Problem.ModelNotInstalled, true), (missing.Problem, missing.Message.Contains("models install htdemucs", StringComparison.Ordinal)));
        Assert.Equal(Problem.InvalidRequest, Assert.Throws<PipelineException>(() => plain.Get<SeparatorRegistry>().Find("umx")).Problem);
        SeparatorRegistry separators = mocked.Get<SeparatorRegistry>();
        Assert.Equal("htdemucs_ft", separators.Find(null).Facts.Name);
        Assert.All(separators.All, engine => Assert.Equal(engine.Facts.Name != "spectral", engine.Facts.IsMock));
        Assert.Equal(["drums", "bass", "other", "vocals"], separators.Find("spectral").Open("", new()).Sources);
    }

    [Fact]
    [Trait("Requirement", "X-10")]
    public void List_SaysWhatIsHereAndWhatIsMocked()
    {
        using TestHost plain = new(), mocked = Mocked();
        IReadOnlyList<EngineCard> cards = plain.Get<EngineList>().Read(), mocks = mocked.Get<EngineList>().Read();
        Assert.Equal(["musicgen-small", "musicgen-medium", "musicgen-large", "composer", "htdemucs_ft", "htdemucs", "htdemucs_6s", "spectral"], cards.Select(card => card.Name));
        Assert.Equal(["composer", "spectral"], cards.Where(card => card.Installed).Select(card => card.Name));
        Assert.Equal(["composer", "spectral"], cards.Where(card => card.Default).Select(card => card.Name));
        Assert.Equal(["musicgen-small", "htdemucs_ft"], mocks.Where(card => card.Default).Select(card => card.Name));
        Assert.DoesNotContain(cards, card => card.Mock);
        Assert.Equal(["composer", "spectral"], mocks.Where(card => !card.Mock).Select(card => card.Name));
        Assert.Equal((6144, 4096, 8192), (cards[4].MemoryMb, cards[5].MemoryMb, cards[6].MemoryMb));
    }

    [Theory]
    [Trait("Requirement", "X-10")]
    [Trait("Requirement", "X-17")]
    [InlineData("yes")]
    [InlineData("true")]
    [InlineData("2")]
    public void Switches_WrongValue_AreRefusedWithTheirName(string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(EngineSwitches.DemucsSetting, (string?)value)]).Build();
        OptionsValidationException refusal = Assert.Throws<OptionsValidationException>(() => new EngineSwitches().Read(configuration));
        Assert.Contains($"DGX_MUSIC_DEMUCS_MOCK is '{value}'", refusal.Message, StringComparison.Ordinal);
    }

    static float[] Play(IMusicGenerator engine, GenerationRequest request, ulong seed, EngineRun? run = null)
    {
        using IMusicPerformance music = engine.Prepare(request, seed, run ?? new());
        Assert.Equal((32_000, 2, 1), (music.SampleRateHz, music.Channels, music.SourceChannels));
        List<float> left = [], right = [];
        while (music.Render() is { } block)
        {
            left.AddRange(block.Mix[0].ToArray());
            right.AddRange(block.Mix[1].ToArray());
        }

        Assert.Equal(left, right);
        Assert.Equal(music.Frames, left.Count);
        return [.. left];
    }

    static float[][][] Separate(ISeparationModel model, AudioBuffer mix)
    {
        List<float>[][] stems = [.. model.Sources.Select(_ => new[] { new List<float>(), new List<float>() })];
        List<double> told = [];
        IStemStream stream = model.Open(new(mix.Frames, 0, 0), mix.SampleRateHz, new(), given =>
        {
            for (int stem = 0; stem < given.Length; stem++)
            {
                for (int channel = 0; channel < 2; channel++) stems[stem][channel].AddRange(given[stem][channel].ToArray());
            }
        }, told.Add, default);
        for (int from = 0; from < mix.Frames; from += 7000) stream.Process(mix.Slice(from, Math.Min(7000, mix.Frames - from)));
        stream.Complete();
        Assert.Equal(told.Order(), told);
        Assert.Equal(1.0, told[^1]);
        return [.. stems.Select(stem => stem.Select(channel => channel.ToArray()).ToArray())];
    }
}
