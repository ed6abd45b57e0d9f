using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Orchestrations;

/// <summary>
/// Has a model write codes and its codec make them sound, in blocks that fit half a minute of work where they run. Each needs the one before, so there is one at a time. Where the
/// GPU gives up, the rest goes on on the processor, once.
/// </summary>
sealed class CodeWork(IOrchestrationContext context, GenerationInput input, WriterPlan plan)
{
    /// <summary>Whoever goes on elsewhere first takes in all that was written, so no block is shorter.</summary>
    const int FewestSteps = 50;

    readonly List<WorkBlock> writing = [], decoding = [];
    PreparedGenerator? model;
    string? fallback, gpuNumerics;
    int contextFrames;
    int? steps;

    PreparedGenerator Model => model ?? throw new InvalidOperationException("The model is not loaded yet.");

    string Reason => fallback ?? plan.Reason;

    public async Task<RawMusic> RunAsync()
    {
        if ((await PrepareAsync(plan.OnCpu, plan.Reason)).GpuFault is { } fault) await FallBackAsync(fault);
        DecodedTrack? before = input.Request.ContinueFrom is { } file ? await ReadBeforeAsync(file) : null;
        BlobRef? heard = before is null ? null : await HearAsync(before);
        BlobRef codes = await WriteAsync(heard);
        IReadOnlyList<SoundPart> parts = await DecodeAsync(codes);
        // What our own engine makes does not depend on how its work was cut.
        GenerationBlocks? blocks = gpuNumerics is null && Model.Numerics.Engine is null ? null : new(writing, decoding);
        PreparedGenerator made = Model with { Numerics = Model.Numerics with { Engine = gpuNumerics ?? Model.Numerics.Engine } };
        return await context.CallActivityAsync(JoinSound.Definition, new(input, made, parts, blocks, before, fallback is null ? plan.Warnings : [.. plan.Warnings, fallback]));
    }

    Task<DecodedTrack> ReadBeforeAsync(string file) =>
        context.CallActivityAsync(DecodeTrack.Definition, new(input.JobId, input.Folder, BlobRef.Parse(file), null, Model.SampleRateHz, null));

    /// <summary>The codes of the end of the music before.</summary>
    async Task<BlobRef> HearAsync(DecodedTrack track)
    {
        var request = new ContextRequest(input.JobId, input.Folder, Model, track, input.Request.ContextSeconds);
        ContextCodes heard = await context.CallActivityAsync(Model.OnCpu ? EncodeContext.OnCpu : EncodeContext.Definition, request);
        if (heard.GpuFault is { } fault)
        {
            await FallBackAsync(fault);
            heard = await context.CallActivityAsync(EncodeContext.OnCpu, request with { Model = Model });
        }

        (contextFrames, steps) = (heard.Frames, heard.Steps);
        model = Continuing(Model);
        return heard.Codes;
    }

    async Task<BlobRef> WriteAsync(BlobRef? heard)
    {
        GenerationRequest asked = input.Request;
        var score = new CodeScore(input.Seed, Model.Frames, asked.Temperature, asked.TopK, asked.TopP, asked.CfgCoef, heard);
        double secondsPerStep = Model.SecondsPerStep;
        CodesPart? last = null;
        for (int done = 0; done < Model.Steps;)
        {
            await FollowAsync(input.Blocks?.Writing, done);
            int end = EndOf(input.Blocks?.Writing, done, Model.Steps, Math.Max(FewestSteps, WorkGroups.PiecesThatFit(secondsPerStep)));
            CodesPart part = await context.CallActivityAsync(
                Model.OnCpu ? WriteCodes.OnCpu : WriteCodes.Definition, new(input.JobId, input.Folder, Model, score, done, end, last?.State, Reason));
            if (part.GpuFault is { } fault)
            {
                await FallBackAsync(fault);
                secondsPerStep = Model.SecondsPerStep;
                continue;
            }

            Note(writing, done, end);
            if (part.SecondsOfWork > 0) secondsPerStep = part.SecondsOfWork / (end - done);
            (last, done) = (part, end);
        }

        return last?.Codes ?? throw new InvalidOperationException($"After {Model.Steps} steps there are no codes.");
    }

    async Task<IReadOnlyList<SoundPart>> DecodeAsync(BlobRef codes)
    {
        List<SoundPart> parts = [];
        double secondsPerFrame = Model.SecondsPerFrame;
        int whole = contextFrames + Model.Frames;
        for (int done = contextFrames; done < whole;)
        {
            await FollowAsync(input.Blocks?.Decoding, done);
            int end = EndOf(input.Blocks?.Decoding, done, whole, WorkGroups.PiecesThatFit(secondsPerFrame));
            SoundPart part = await context.CallActivityAsync(
                Model.OnCpu ? DecodeCodes.OnCpu : DecodeCodes.Definition, new(input.JobId, input.Folder, Model, codes, done, end, parts.LastOrDefault()?.Memory, Reason));
            if (part.GpuFault is { } fault)
            {
                await FallBackAsync(fault);
                continue;
            }

            Note(decoding, done, end);
            if (part.SecondsOfWork > 0) secondsPerFrame = part.SecondsOfWork / (end - done);
            parts.Add(part);
            done = end;
        }

        return parts;
    }

    /// <summary>Goes on on the processor where the original did.</summary>
    async Task FollowAsync(IReadOnlyList<WorkBlock>? original, int from)
    {
        bool wasOnCpu = original?.FirstOrDefault(block => block.From == from)?.Device == SeparationDevices.Cpu;
        if (wasOnCpu && !Model.OnCpu) await FallBackAsync("the original did not get further on it either.");
    }

    /// <summary>Of a block that begins at <paramref name="from"/>: where the original's ended, or as much as fits.</summary>
    static int EndOf(IReadOnlyList<WorkBlock>? original, int from, int whole, long fits) =>
        original?.FirstOrDefault(block => block.From == from)?.To is { } end && end <= whole ? end : (int)Math.Min(whole, from + fits);

    void Note(List<WorkBlock> blocks, int from, int to)
    {
        if (!Model.OnCpu) gpuNumerics = Model.Numerics.Engine;
        blocks.Add(new(Model.Device, from, to));
    }

    async Task<PreparedGenerator> PrepareAsync(bool onCpu, string reason) =>
        model = Continuing(await context.CallActivityAsync(onCpu ? PrepareGenerator.OnCpu : PrepareGenerator.Definition, new(input, onCpu, reason)));

    /// <summary>A model that knows what it continues takes other steps.</summary>
    PreparedGenerator Continuing(PreparedGenerator prepared) => prepared with { ContextFrames = contextFrames, Steps = steps ?? prepared.Steps };

    Task<PreparedGenerator> FallBackAsync(string fault)
    {
        fallback = $"The GPU gave up, the processor took over: {fault}";
        return PrepareAsync(onCpu: true, fallback);
    }
}
