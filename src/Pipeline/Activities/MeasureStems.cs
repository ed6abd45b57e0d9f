using DgxMusic.Contracts;
using DgxMusic.Dsp.Seams;
using DgxMusic.Dsp.Separations;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Pipeline.Activities;

/// <param name="Tracks">Names of the tracks that will be written.</param>
/// <param name="MayScale">False where samples beyond full scale survive as they are.</param>
public sealed record MeasureStemsRequest(string JobId, string Folder, SeparatedStems Stems, IReadOnlyList<string> Tracks, bool MayScale) : IJobInput;

/// <summary>How a track sounds at the joins of its windows.</summary>
/// <param name="Joins">How many there are.</param>
/// <param name="Audible">How many stand out, where the mix does not.</param>
/// <param name="Worst">The join that stands out most; null where there is none.</param>
/// <param name="WorstSeconds">Where it is.</param>
public sealed record SeamReport(string Track, int Joins, int Audible, SeamScore? Worst, double? WorstSeconds);

/// <summary>What was measured in the stems before they become files.</summary>
/// <param name="Stems">A blob with a <see cref="SeparatedStems"/>.</param>
/// <param name="Gain">One factor for all tracks, so that none clips.</param>
public sealed record MeasuredStems(BlobRef Stems, double Gain, SeparationQuality Quality, IReadOnlyList<SeamReport> Seams);

/// <summary>Puts the parts' measurements together: levels, one gain for all tracks, quality, seams.</summary>
public sealed class MeasureStems(IBlobStore store, JobMonitor monitor) : IActivity<MeasureStemsRequest, MeasuredStems>
{
    public static readonly Activity<MeasureStemsRequest, MeasuredStems> Definition =
        Activity<MeasureStemsRequest, MeasuredStems>.Of<MeasureStems>(version: 1, Lane.Cpu, JobStep.Measuring, Retry.Outage);

    /// <summary>Peak that no file of an integer or lossy format exceeds; linear.</summary>
    const double HighestPeak = 0.99;

    public async Task<MeasuredStems> RunAsync(MeasureStemsRequest request, ActivityContext context)
    {
        await monitor.EnterAsync(request.JobId, JobStep.Measuring, $"{request.Stems.Model.Engine.Name} is done; measuring the stems.", context.Stopping);
        BlobRef output = BlobRef.ForWork(Definition, request.Folder, new { request.Stems.Track.Samples, Parts = request.Stems.Parts.Select(part => part.Samples), request.Tracks, request.MayScale });
        if (await store.FindRecordAsync<MeasuredStems>(output.With(".json"), context.Stopping) is { } done) return done;

        SeparationQuality quality = SeparationQuality.Of(await UnitsAsync(request.Stems.Parts, context.Stopping));
        double peak = quality.Tracks.Where(track => request.Tracks.Contains(track.Name)).Select(track => track.Peak).DefaultIfEmpty(0).Max();
        double gain = request.MayScale && peak > HighestPeak ? HighestPeak / peak : 1;
        IReadOnlyList<SeamReport> seams = await SeamsAsync(request, context.Stopping);
        await store.SaveRecordAsync(output.With(".stems.json"), request.Stems, context.Stopping);
        return await store.SaveRecordAsync(output.With(".json"), new MeasuredStems(output.With(".stems.json"), gain, quality, seams), context.Stopping);
    }

    async Task<IReadOnlyList<UnitSums>> UnitsAsync(IReadOnlyList<StemPart> parts, CancellationToken stopping)
    {
        List<UnitSums> units = [];
        foreach (StemPart part in parts)
            units.AddRange(await store.FindRecordAsync<List<UnitSums>>(part.Units, stopping) ?? throw new FileNotFoundException($"{part.Units} is gone."));
        return units;
    }

    async Task<IReadOnlyList<SeamReport>> SeamsAsync(MeasureStemsRequest request, CancellationToken stopping)
    {
        PreparedSeparator model = request.Stems.Model;
        if (model.WindowFrames is null || request.Stems.Track.Frames <= model.StrideFrames) return [];
        await using Stream mix = await RawSamples.OpenAsync(store, request.Stems.Track.Samples, stopping);
        var meter = new SeamMeter(mix, request.Stems.Track, model.StrideFrames);
        List<SeamReport> reports = [];
        foreach (string track in request.Tracks.Where(track => track != SeparationRequest.Residual))
        {
            using var reader = StemReader.Of(store, request.Stems, track, stopping);
            reports.Add(await meter.MeasureAsync(track, reader, Tell));

            Task Tell(long join) => monitor.AdvanceAsync(
                request.JobId, JobStep.Measuring, (reports.Count + ((double)join / meter.Joins)) / request.Tracks.Count, $"Listening to the joins of {track}.", (reports.Count * meter.Joins) + join, stopping);
        }

        return reports;
    }
}
