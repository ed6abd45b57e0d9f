using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Pipeline.Activities;

/// <summary>A part of a track that is to be taken apart.</summary>
/// <param name="Title">Of the music, as its owner says it.</param>
/// <param name="From">The first frame.</param>
/// <param name="To">Before which frame it ends.</param>
/// <param name="Reason">Why it runs where it does.</param>
public sealed record SegmentRequest(
    string JobId, string Folder, DecodedTrack Track, PreparedSeparator Model, string Title, SeparationSettings Settings, long From, long To, string Reason) : IJobInput
{
    [System.Text.Json.Serialization.JsonIgnore]
    public FrameSpan Span => new(From, To);
}

/// <summary>The stems of a part of a track, or the reason why the GPU could not make them.</summary>
/// <param name="Samples">With a source's name between dots, the blob of its raw frames.</param>
/// <param name="Units">A blob of what each stride of it adds to the quality of the whole.</param>
/// <param name="SecondsOfWork">What it took, without loading the model.</param>
/// <param name="GpuFault">Null: it is done. Else the same on the processor may do.</param>
public sealed record StemPart(BlobRef Samples, BlobRef Units, long From, long To, double SecondsOfWork, string? GpuFault)
{
    public BlobRef Of(string source) => Samples.With($".{source}.f32");
}

/// <summary>Takes a part of a track apart. Its frames are those of the whole, bit for bit.</summary>
public sealed class SeparateSegments(IBlobStore store, ModelPool pool, TuningStore tuning, JobMonitor monitor, JobLedger ledger, TimeProvider clock) : IActivity<SegmentRequest, StemPart>
{
    public static readonly Activity<SegmentRequest, StemPart> Definition =
        Activity<SegmentRequest, StemPart>.Of<SeparateSegments>(version: 1, Lane.Gpu, JobStep.Separating, Retry.Outage);

    public static readonly Activity<SegmentRequest, StemPart> OnCpu = Definition.Twin(nameof(SeparateSegments) + nameof(OnCpu), Lane.Cpu);

    /// <summary>All that the samples depend on.</summary>
    /// <param name="Numerics">Of an engine that is not ours.</param>
    sealed record Identity(BlobRef Track, EngineFacts Engine, string? Numerics, bool OnCpu, SeparationSettings Settings, long From, long To);

    public async Task<StemPart> RunAsync(SegmentRequest request, ActivityContext context)
    {
        JobStep step = request.Model.OnCpu ? JobStep.RunningOnCpu : JobStep.Separating;
        double expected = request.Model.SecondsPerStride * SegmentPlan.Parts(request.Track.Frames, request.Model.StrideFrames);
        await monitor.EnterPartAsync(
            request.JobId, step, new(request.From, request.To, 0), request.Track.Frames, $"{request.Model.Engine.Name} begins. {request.Reason}", expected, context.Stopping);
        BlobRef output = NameOf(request, request.From, request.To);
        if (await store.FindRecordAsync<StemPart>(output.With(".json"), context.Stopping) is { } done) return done;

        Job job = await ledger.GetAsync(request.JobId, context.Stopping);
        ModelLease<ISeparationModel> lease;
        try
        {
            lease = await pool.LeaseAsync(request.Model.Engine.Name, request.Title, SeparationRun.Of(job, request.Model.OnCpu, context.Stopping));
        }
        catch (GpuFaultException fault) when (!request.Model.OnCpu)
        {
            return GivenUp(fault.Message);
        }

        using ModelLease<ISeparationModel> mine = lease;
        if (IsWithoutGpu(request.Model, lease.Facts)) return GivenUp("There is none here any more.");
        if (lease.Facts != request.Model.Engine) throw Replaced(request.Model.Engine);
        try
        {
            StemPart part = await store.SaveRecordAsync(output.With(".json"), await SeparateAsync(request, lease.Model, output, step, context.Stopping), context.Stopping);
            long runs = lease.Model.RunsOf(request.Span, request.Track.Statistics, request.Track.SampleRateHz, request.Settings);
            await tuning.LearnAsync(lease.Facts, request.Model.OnCpu, $"{request.JobId}/{request.From}", part.SecondsOfWork / runs, context.Stopping);
            return part;
        }
        catch (GpuFaultException fault) when (!request.Model.OnCpu)
        {
            lease.Discard();
            return GivenUp(fault.Message);
        }
        catch (Exception fault) when (fault is not (JobCancelledException or OperationCanceledException))
        {
            lease.Discard();
            throw;
        }

        StemPart GivenUp(string why) => new(output, output, request.From, request.To, 0, why);
    }

    /// <summary>The work was begun on a GPU, and whoever goes on with it has none.</summary>
    static bool IsWithoutGpu(PreparedSeparator begun, EngineFacts here) =>
        !begun.OnCpu && here.Device == SeparationDevices.Cpu && here == begun.Engine with { Device = here.Device, Dtype = here.Dtype } && here != begun.Engine;

    async Task<StemPart> SeparateAsync(SegmentRequest request, ISeparationModel model, BlobRef output, JobStep step, CancellationToken stopping)
    {
        long began = clock.GetTimestamp();
        await using var files = new RawFiles(store);
        foreach (string source in model.Sources) await files.OpenAsync(output.With($".{source}.f32"), request.To - request.From, stopping);
        await using CarriedWindows windows = await CarriedWindows.OpenAsync(
            store, request.From == 0 ? null : CarriedAt(request, request.From), request.To == request.Track.Frames ? null : CarriedAt(request, request.To), output, stopping);
        var report = new SegmentReport(request, model, monitor, clock, step, stopping);
        await using Stream mix = await RawSamples.OpenAsync(store, request.Track.Samples, stopping);
        var units = new UnitMeters(model, request, mix);
        IStemStream stream = model.Open(
            request.Track.Statistics, request.Track.SampleRateHz, request.Settings, Write, report.Tell, stopping, new(request.Span, windows));
        FrameSpan heard = model.HeardFor(request.Span, request.Track.Statistics, request.Track.SampleRateHz, request.Settings);
        await using (Stream samples = await RawSamples.OpenAsync(store, request.Track.Samples, stopping))
        {
            foreach (AudioBuffer block in RawSamples.Read(samples, request.Track.SampleRateHz, heard.From, heard.To, stopping)) stream.Process(block);
        }

        stream.Complete();
        await files.CommitAsync(stopping);
        await windows.CommitAsync(store, stopping);
        BlobRef measured = output.With(".units.json");
        await store.SaveRecordAsync(measured, units.Complete(), stopping);
        report.TellEnd();
        return new(output, measured, request.From, request.To, clock.GetElapsedTime(began).TotalSeconds, null);

        void Write(AudioBuffer[] stems)
        {
            for (int n = 0; n < stems.Length; n++) files.Write(n, stems[n]);
            units.Add(stems);
        }
    }

    static PipelineException Replaced(EngineFacts begun) => new(
        Problem.EngineDiffers, $"This was begun with {begun.Name} {begun.Version}{(begun.WeightsSha256 is { } hash ? $", weights {hash}" : "")}, which is not what that name stands for here and now.");

    static BlobRef NameOf(SegmentRequest request, long from, long to) =>
        BlobRef.ForWork(Definition, request.Folder, new Identity(request.Track.Samples, request.Model.Engine, request.Model.Numerics.Engine, request.Model.OnCpu, request.Settings, from, to));

    /// <summary>Where windows that reach over a frame are handed on.</summary>
    static BlobRef CarriedAt(SegmentRequest request, long frame) => NameOf(request, frame, frame).With(".windows");
}

/// <summary>Tells how far a part has come, window by window.</summary>
sealed class SegmentReport(SegmentRequest request, ISeparationModel model, JobMonitor monitor, TimeProvider clock, JobStep step, CancellationToken stopping)
{
    readonly long runs = model.RunsOf(request.Span, request.Track.Statistics, request.Track.SampleRateHz, request.Settings), began = clock.GetTimestamp();
    readonly long allRuns = model.RunsOf(new(0, request.Track.Frames), request.Track.Statistics, request.Track.SampleRateHz, request.Settings);
    readonly double share = (double)(request.To - request.From) / request.Track.Frames;

    /// <param name="done">0 to 1 of the part.</param>
    /// <exception cref="JobCancelledException">The caller took the job back.</exception>
    public void Tell(double done)
    {
        if (done < 1) Tell(done, (long)Math.Round(done * runs));
    }

    /// <summary>Once its files are there.</summary>
    public void TellEnd() => Tell(1, runs);

    // The model runs on a thread of its own, which may wait for its own report.
    void Tell(double done, long run)
    {
        double ofTrack = ((double)request.From / request.Track.Frames) + (share * done);
        string network = model.Networks == 1 ? "" : $", model {Math.Clamp(((run - 1) % model.Networks) + 1, 1, model.Networks)} of {model.Networks}";
        string text = FormattableString.Invariant($"{request.Model.Engine.Name}{network}: {100 * ofTrack:F1} % of {allRuns} {(allRuns == 1 ? "window" : "windows")}. {request.Reason}");
        double elapsed = clock.GetElapsedTime(began).TotalSeconds;
        Func<double, double>? secondsLeft = done > 0 && elapsed > 0 ? left => left * elapsed / (done * share) : null;
        monitor.AdvancePartAsync(request.JobId, step, new(request.From, request.To, done), request.Track.Frames, text, run, secondsLeft, stopping).GetAwaiter().GetResult();
    }
}
