using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Orchestrations;

/// <summary>
/// Has the parts of a track taken apart, each as large as fits half a minute of work where it runs. On a GPU two are handed out at a time, so that it need not wait for us; on a
/// processor one, because two would only share it. Where the GPU gives up, the rest goes on on the processor, once.
/// </summary>
sealed class SeparationWork(IOrchestrationContext context, SeparationInput input, SeparationPlan plan)
{
    const int MostOnGpu = 2, MostOnCpu = 1;

    /// <summary>From which frame on the original ran on the processor, where it did not from the beginning.</summary>
    readonly long handover = input.Devices is [_, { } second, ..] ? second.FromFrame : long.MaxValue;

    readonly List<DevicePart> devices = [];
    PreparedSeparator? model;
    double secondsPerStride;

    public PreparedSeparator Model => model ?? throw new InvalidOperationException("The model is not loaded yet.");

    public IReadOnlyList<DevicePart> Devices => devices;

    /// <summary>Why it went on on the processor; null where it did not.</summary>
    public string? Fallback { get; private set; }

    public IReadOnlyList<string> Warnings => Fallback is null ? [] : [Fallback];

    public async Task<PreparedSeparator> PrepareAsync()
    {
        PreparedSeparator prepared = await PrepareAsync(plan.OnCpu, plan.Reason);
        if (prepared.GpuFault is { } fault) prepared = await FallBackAsync(fault);
        devices.Add(new(prepared.Device, 0));
        return prepared;
    }

    public async Task<IReadOnlyList<StemPart>> SeparateAsync(DecodedTrack track)
    {
        List<StemPart> done = [];
        Queue<Task<StemPart>> open = [];
        for (long next = 0; next < track.Frames || open.Count > 0;)
        {
            while (next < Border(track) && open.Count < (Model.OnCpu ? MostOnCpu : MostOnGpu))
            {
                long end = EndOfPart(next, Border(track));
                open.Enqueue(RunAsync(track, next, end));
                next = end;
            }

            if (open.Count == 0)
            {
                string? gpu = Model.Numerics.Engine;
                await FallBackAsync("the original did not get further on it either.");
                Mixed(gpu);
                devices.Add(new(Model.Device, next));
                continue;
            }

            StemPart part = await NextAsync(open);
            if (part.GpuFault is { } fault)
            {
                // What was begun behind it would not fit the parts of another device.
                await EndAllAsync(open);
                string? gpu = part.From > 0 ? Model.Numerics.Engine : null;
                await FallBackAsync(fault);
                Mixed(gpu);
                devices.Add(new(Model.Device, part.From));
                next = part.From;
                continue;
            }

            done.Add(part);
            if (part.SecondsOfWork > 0) secondsPerStride = part.SecondsOfWork / SegmentPlan.Parts(part.To - part.From, Model.StrideFrames);
        }

        return done;
    }

    long Border(DecodedTrack track) => Model.OnCpu ? track.Frames : Math.Min(handover, track.Frames);

    async Task<PreparedSeparator> PrepareAsync(bool onCpu, string reason)
    {
        model = await context.CallActivityAsync(
            onCpu ? PrepareSeparator.OnCpu : PrepareSeparator.Definition, new(input.JobId, plan.Model, input.Title, input.SourceRateHz, input.Settings, onCpu, reason));
        secondsPerStride = model.SecondsPerStride;
        return model;
    }

    Task<PreparedSeparator> FallBackAsync(string fault)
    {
        Fallback = $"The GPU gave up, the processor took over: {fault}";
        return PrepareAsync(onCpu: true, Fallback);
    }

    /// <summary>What the bits depend on is told of both devices, once frames of both are in the tracks.</summary>
    /// <param name="gpu">Of the one that gave up.</param>
    void Mixed(string? gpu)
    {
        if (gpu is not null) model = Model with { Numerics = Model.Numerics with { Engine = gpu } };
    }

    Task<StemPart> RunAsync(DecodedTrack track, long from, long to) => context.CallActivityAsync(
        Model.OnCpu ? SeparateSegments.OnCpu : SeparateSegments.Definition,
        new(input.JobId, input.Folder, track, Model, input.Title, input.Settings, from, to, Fallback ?? plan.Reason));

    long EndOfPart(long from, long frames)
    {
        long end = from + (WorkGroups.PiecesThatFit(secondsPerStride) * Model.StrideFrames);

        // A last part of one window costs as much to begin as a whole one.
        return end >= frames - Model.StrideFrames ? frames : end;
    }

    /// <summary>The oldest of those that run. An instance must not end while one is open.</summary>
    static async Task<StemPart> NextAsync(Queue<Task<StemPart>> open)
    {
        try
        {
            return await open.Dequeue();
        }
        catch
        {
            await EndAllAsync(open);
            throw;
        }
    }

    static async Task EndAllAsync(Queue<Task<StemPart>> open)
    {
        while (open.TryDequeue(out Task<StemPart>? task))
        {
            try
            {
                await task;
            }
            catch (Exception fault) when (fault is StepFailedException or Contracts.PipelineException or JobCancelledException)
            {
                // The first one says why the job ends.
            }
        }
    }
}
