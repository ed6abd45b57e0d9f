using System.Security.Cryptography;
using System.Text.Json;
using DgxMusic.Audio.Stems;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Separations;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Pipeline.Activities;

public sealed record SeparationPublication(
    SeparationInput Input, PreparedSeparator Model, DecodedTrack Track, IReadOnlyList<DevicePart> Devices, string? Fallback, MeasuredStems Measured, StemFormat Format,
    SegmentLengths? Segment, IReadOnlyList<StemFile> Tracks, IReadOnlyList<ReferenceReport> Compared, IReadOnlyList<string> Warnings) : IJobInput
{
    public string JobId => Input.JobId;
}

/// <summary>A track, taken apart.</summary>
/// <param name="Original">The file it came from.</param>
/// <param name="Tracks">As they were published.</param>
/// <param name="Fallback">Why it did not stay on the GPU; null where it did, or never was there.</param>
/// <param name="Segment">How much was heard at once; null for a model that hears no windows.</param>
/// <param name="Gain">Of all tracks alike, so that none clips.</param>
public sealed record SeparationResult(
    string SongId, BlobRef Original, IReadOnlyList<StemFile> Tracks, BlobRef Manifest, EngineFacts Engine, string Device, string? Fallback, SegmentLengths? Segment, double DurationSeconds, StemFormat Format, double Gain,
    SeparationQuality Quality, IReadOnlyList<SeamReport> Seams, IReadOnlyList<ReferenceReport> Compared, IReadOnlyList<string> Warnings) : IJobResult
{
    /// <summary>By their role: a track's name, or <c>manifest</c>.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyDictionary<string, BlobRef> Files => Tracks.Select(track => KeyValuePair.Create(track.Track, track.File)).Append(new("manifest", Manifest)).ToDictionary();
}

/// <summary>Gives the tracks their published names and writes the manifest. Callers see them when the job is closed.</summary>
public sealed class PublishSeparation(IBlobStore store, JobMonitor monitor) : IActivity<SeparationPublication, SeparationResult>
{
    public static readonly Activity<SeparationPublication, SeparationResult> Definition =
        Activity<SeparationPublication, SeparationResult>.Of<PublishSeparation>(version: 1, Lane.Io, JobStep.Publishing, Retry.Outage);

    public async Task<SeparationResult> RunAsync(SeparationPublication request, ActivityContext context)
    {
        await monitor.EnterAsync(request.JobId, JobStep.Publishing, "Publishing.", context.Stopping);
        List<StemFile> tracks = [];
        foreach (StemFile track in request.Tracks)
        {
            var published = new BlobRef(Containers.Stems, $"{request.Input.Folder}/{track.Track}{FileFormats.ExtensionOf(track.Format)}");
            if (!await store.CopyAsync(track.File, published, context.Stopping)) throw new FileNotFoundException($"{track.File} is gone.");
            tracks.Add(track with { File = published });
        }

        var manifest = new BlobRef(Containers.Stems, $"{request.Input.Folder}/manifest.json");
        await SaveManifestAsync(manifest, await DescribeAsync(request, tracks, context.Stopping), context.Stopping);
        IEnumerable<string> warnings = [.. request.Warnings, .. request.Track.Warnings, .. tracks.SelectMany(track => track.Warnings.Select(warning => $"{track.Track}: {warning}"))];
        return new(
            request.Input.SongId, request.Input.Source, tracks, manifest, request.Model.Engine, request.Devices[^1].Device, request.Fallback, request.Segment, request.Track.Seconds, request.Format,
            request.Measured.Gain, request.Measured.Quality, request.Measured.Seams, request.Compared, [.. warnings.Distinct()]);
    }

    async Task<SeparationManifest> DescribeAsync(SeparationPublication request, IReadOnlyList<StemFile> tracks, CancellationToken stopping)
    {
        var outputs = new SortedDictionary<string, FileFingerprint>(StringComparer.Ordinal);
        foreach (StemFile track in tracks) outputs[track.Track] = await FingerprintAsync(track.File, stopping);
        return new(
            SeparationManifest.CurrentVersion, request.Model.Engine, request.Model.Numerics, ProductVersion.Text, await FingerprintAsync(request.Input.Source, stopping), WithoutReferences(request.Input.Request),
            request.Input.Settings, request.Devices, request.Measured.Gain, request.Measured.Quality, request.Measured.Seams, outputs);
    }

    /// <summary>What tracks were compared with changes none of them, and its name holds a date and an id.</summary>
    static SeparationRequest WithoutReferences(SeparationRequest request) => request with { References = new Dictionary<string, string>() };

    async Task<FileFingerprint> FingerprintAsync(BlobRef blob, CancellationToken stopping)
    {
        await using Stream stream = await RawSamples.OpenAsync(store, blob, stopping);
        return new(stream.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, stopping)));
    }

    async Task SaveManifestAsync(BlobRef blob, SeparationManifest manifest, CancellationToken stopping)
    {
        await using BlobWriter writer = await store.CreateAsync(blob, stopping);
        await JsonSerializer.SerializeAsync(writer.Stream, manifest, GenerationManifest.Format, stopping);
        await writer.CommitAsync(stopping);
    }
}
