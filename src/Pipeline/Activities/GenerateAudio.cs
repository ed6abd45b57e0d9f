using System.Security.Cryptography;
using System.Text.Json;
using DgxMusic.Audio;
using DgxMusic.Audio.Codecs;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Seams;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

/// <summary>Music as the engine made it, before mastering. All audio is FLOAT.</summary>
/// <param name="Stems">By name; null for an engine that makes none or a caller who wants none. Σ stems = mix within 1e-6.</param>
/// <param name="Midi">Null where there are no notes.</param>
/// <param name="Understood">What the engine took from the prompt.</param>
public sealed record RawMusic(
    BlobRef Mix, IReadOnlyDictionary<string, BlobRef>? Stems, BlobRef? Midi, EngineFacts Engine, NumericsClass Numerics,
    int SampleRateHz, int Channels, int SourceChannels, long Frames, JsonElement Understood)
{
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>How the work was cut; null where no bit depends on it.</summary>
    public GenerationBlocks? Blocks { get; init; }

    /// <summary>Of the place where the music before ends and this begins; null where there was none.</summary>
    public SeamScore? Seam { get; init; }
}

/// <summary>Has the engine play: prompt in, mix and stems out.</summary>
public sealed class GenerateAudio(IBlobStore store, EngineRegistry engines, JobMonitor monitor, JobLedger ledger, IAudioCodec codec) : IActivity<GenerationInput, RawMusic>
{
    public static readonly Activity<GenerationInput, RawMusic> Definition =
        Activity<GenerationInput, RawMusic>.Of<GenerateAudio>(version: 1, Lane.Cpu, JobStep.Generating, Retry.Outage);

    /// <summary>All that the output depends on: two jobs with these alike have the same bytes.</summary>
    sealed record Identity(
        string Prompt, double Duration, ulong Seed, double? Bpm, string? Key, double Temperature, int TopK, double TopP, double CfgCoef,
        bool Stems, EngineFacts Engine, string? ContinuedSha256);

    public async Task<RawMusic> RunAsync(GenerationInput input, ActivityContext context)
    {
        await monitor.EnterAsync(input.JobId, JobStep.LoadingModel, $"Loading {input.Engine}.", context.Stopping);
        IMusicGenerator engine = engines.FindPlayer(input.Engine);
        string? continued = input.Request.ContinueFrom is { } file ? await HashAsync(BlobRef.Parse(file), context.Stopping) : null;
        BlobRef output = BlobRef.ForWork(Definition, input.Folder, IdentityOf(input, engine, continued));
        if (await store.FindRecordAsync<RawMusic>(output.With(".json"), context.Stopping) is { } done) return done;

        await monitor.EnterAsync(input.JobId, JobStep.EncodingPrompt, "Reading the prompt.", context.Stopping);
        return await store.SaveRecordAsync(output.With(".json"), await PerformAsync(engine, input, output, continued, context.Stopping), context.Stopping);
    }

    /// <summary>Where the GPU is out of memory, once more on the CPU: trying again there would end alike.</summary>
    async Task<RawMusic> PerformAsync(IMusicGenerator engine, GenerationInput input, BlobRef output, string? continued, CancellationToken stopping)
    {
        Job job = await ledger.GetAsync(input.JobId, stopping);
        var run = new EngineRun(1 + job.Retries.Count(retry => retry.StartsWith($"{Definition.Name}/", StringComparison.Ordinal)), OnCpu: false, stopping) { PromptAudioSha256 = continued };
        try
        {
            return await PerformAsync(engine, input, output, run);
        }
        catch (GpuMemoryException fault)
        {
            string warning = $"The GPU ran out of memory, the CPU played: {fault.Message}";
            await monitor.EnterAsync(input.JobId, JobStep.Generating, warning, stopping);
            return await PerformAsync(engine, input, output, run with { OnCpu = true }) with { Warnings = [warning] };
        }
    }

    async Task<RawMusic> PerformAsync(IMusicGenerator engine, GenerationInput input, BlobRef output, EngineRun run)
    {
        using IMusicPerformance music = engine.Prepare(input.Request, input.Seed, run);
        await monitor.EnterAsync(input.JobId, JobStep.Generating, $"{input.Engine} plays.", run.Stopping);
        RawMusic raw = Describe(music, engine, output, input.Request.Stems);
        if (raw.Midi is { } midi) await SaveAsync(midi, music.Midi!, run.Stopping);
        await PlayAsync(music, raw, input, run.Stopping);
        return raw;
    }

    async Task<string> HashAsync(BlobRef blob, CancellationToken stopping)
    {
        await using Stream stream = await store.OpenReadAsync(blob, stopping) ?? throw new PipelineException(Problem.FileNotFound, $"{blob} was removed before it was read.");
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, stopping));
    }

    static Identity IdentityOf(GenerationInput input, IMusicGenerator engine, string? continued)
    {
        GenerationRequest request = input.Request;
        return new(
            request.Prompt, request.Duration, input.Seed, request.Bpm, request.Key, request.Temperature, request.TopK, request.TopP, request.CfgCoef,
            request.Stems, engine.Facts, continued);
    }

    static RawMusic Describe(IMusicPerformance music, IMusicGenerator engine, BlobRef output, bool stems)
    {
        bool hasStems = stems && music.Stems.Count > 0;
        return new(
            output.With(".mix.wav"), hasStems ? music.Stems.ToDictionary(stem => stem, stem => output.With($".{stem}.wav")) : null,
            music.Midi is null ? null : output.With(".mid"), engine.Facts, NumericsClass.Here,
            music.SampleRateHz, music.Channels, music.SourceChannels, music.Frames, music.Understood);
    }

    async Task PlayAsync(IMusicPerformance music, RawMusic raw, GenerationInput input, CancellationToken stopping)
    {
        await using var files = new FloatFiles(store, codec, new(music.SampleRateHz, music.Channels, BitDepth.Float, music.Frames));
        await files.OpenAsync(raw.Mix, stopping);
        string[] stems = raw.Stems is null ? [] : [.. music.Stems];
        foreach (string stem in stems) await files.OpenAsync(raw.Stems![stem], stopping);

        long frames = 0;
        for (long block = 1; music.Render() is { } played; block++)
        {
            files.Write(0, played.Mix);
            for (int stem = 0; stem < stems.Length; stem++) files.Write(stem + 1, played.Stems[stem]);
            frames += played.Mix.Frames;
            string message = $"{(double)frames / music.SampleRateHz:F1} of {(double)music.Frames / music.SampleRateHz:F1} s played.";
            await monitor.AdvanceAsync(input.JobId, JobStep.Generating, (double)frames / music.Frames, message, block, stopping);
            stopping.ThrowIfCancellationRequested();
        }

        await files.CommitAsync(stopping);
    }

    async Task SaveAsync(BlobRef blob, byte[] bytes, CancellationToken stopping)
    {
        await using BlobWriter writer = await store.CreateAsync(blob, stopping);
        await writer.Stream.WriteAsync(bytes, stopping);
        await writer.CommitAsync(stopping);
    }
}

/// <summary>Several WAV blobs written side by side, all or none of which appear.</summary>
sealed class FloatFiles(IBlobStore store, IAudioCodec codec, WavLayout layout) : IAsyncDisposable
{
    readonly List<(BlobWriter Blob, ISampleWriter Wav)> files = [];

    public async Task OpenAsync(BlobRef name, CancellationToken stopping)
    {
        BlobWriter blob = await store.CreateAsync(name, stopping, layout.FileBytes);
        files.Add((blob, codec.CreateWav(blob.Stream, layout)));
    }

    public void Write(int file, AudioBuffer block) => files[file].Wav.Write(block);

    public async Task CommitAsync(CancellationToken stopping)
    {
        foreach ((BlobWriter blob, ISampleWriter wav) in files)
        {
            wav.Complete();
            await blob.CommitAsync(stopping);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((BlobWriter blob, ISampleWriter wav) in files)
        {
            wav.Dispose();
            await blob.DisposeAsync();
        }
    }
}
