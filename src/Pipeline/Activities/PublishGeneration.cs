using System.Security.Cryptography;
using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Seams;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

public sealed record PublishRequest(GenerationInput Input, RawMusic Raw, ExportedTrack Track, MeasuredTrack Measured) : IJobInput
{
    public string JobId => Input.JobId;
}

/// <summary>A finished generation: its files and what was measured in them.</summary>
/// <param name="File">The mastered mix.</param>
/// <param name="Mix">FLOAT, before mastering.</param>
/// <param name="Stems">FLOAT, same gain as the mix, by name; null if none were asked for or the engine makes none.</param>
public sealed record GenerationResult(
    BlobRef File, BlobRef Mix, IReadOnlyDictionary<string, BlobRef>? Stems, BlobRef? Midi, BlobRef Manifest,
    string Engine, ulong Seed, string Prompt, LoudnessReport Loudness, double DurationSeconds, int SampleRateHz, int Channels, int SourceChannels,
    BitDepth BitDepth, long FileSizeBytes, TrackMetadata? Metadata, IReadOnlyList<string> Warnings) : IJobResult
{
    /// <summary>Of the place where the music before ends and this begins; null where there was none.</summary>
    public SeamScore? Seam { get; init; }

    /// <summary>By their role: <c>file</c>, <c>mix</c>, <c>midi</c>, <c>manifest</c>, or a stem's name.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyDictionary<string, BlobRef> Files
    {
        get
        {
            var files = new Dictionary<string, BlobRef>(Stems ?? new Dictionary<string, BlobRef>()) { ["file"] = File, ["mix"] = Mix, ["manifest"] = Manifest };
            if (Midi is { } midi) files["midi"] = midi;
            return files;
        }
    }
}

/// <summary>Gives the files their published names and writes the manifest. Callers see them when the job is closed.</summary>
public sealed class PublishGeneration(IBlobStore store, JobMonitor monitor) : IActivity<PublishRequest, GenerationResult>
{
    public static readonly Activity<PublishRequest, GenerationResult> Definition =
        Activity<PublishRequest, GenerationResult>.Of<PublishGeneration>(version: 1, Lane.Io, JobStep.Publishing, Retry.Outage);

    public async Task<GenerationResult> RunAsync(PublishRequest request, ActivityContext context)
    {
        await monitor.EnterAsync(request.JobId, JobStep.Publishing, "Publishing.", context.Stopping);
        (GenerationInput input, RawMusic raw, ExportedTrack track, MeasuredTrack measured) = request;
        var output = new BlobRef(Containers.Outputs, input.Folder);
        BlobRef file = await PublishAsync(track.File, output.With(".wav"), context.Stopping);
        BlobRef mix = await PublishAsync(raw.Mix, output.With(".mix.wav"), context.Stopping);
        BlobRef? midi = raw.Midi is null ? null : await PublishAsync(raw.Midi, output.With(".mid"), context.Stopping);
        Dictionary<string, BlobRef>? stems = raw.Stems is null ? null : [];
        foreach ((string name, BlobRef stem) in raw.Stems ?? new Dictionary<string, BlobRef>())
            stems![name] = await PublishAsync(stem, new(Containers.Stems, $"{input.Folder}/{name}.wav"), context.Stopping);

        BlobRef manifest = output.With(".manifest.json");
        await SaveManifestAsync(manifest, await DescribeAsync(request, file, mix, stems, midi, context.Stopping), context.Stopping);
        return new(
            file, mix, stems, midi, manifest, raw.Engine.Name, input.Seed, input.Request.Prompt, track.Loudness, (double)track.Frames / track.SampleRateHz,
            track.SampleRateHz, track.Channels, raw.SourceChannels, track.BitDepth!.Value, track.Bytes, measured.Metadata, [.. raw.Warnings, .. measured.Warnings]) { Seam = raw.Seam };
    }

    async Task<BlobRef> PublishAsync(BlobRef work, BlobRef published, CancellationToken stopping) =>
        await store.CopyAsync(work, published, stopping) ? published : throw new FileNotFoundException($"{work} is gone.");

    async Task<GenerationManifest> DescribeAsync(
        PublishRequest request, BlobRef file, BlobRef mix, Dictionary<string, BlobRef>? stems, BlobRef? midi, CancellationToken stopping)
    {
        var outputs = new SortedDictionary<string, FileFingerprint>(StringComparer.Ordinal)
        {
            ["file"] = await FingerprintAsync(file, stopping),
            ["mix"] = await FingerprintAsync(mix, stopping),
        };
        if (midi is not null) outputs["midi"] = await FingerprintAsync(midi, stopping);
        foreach ((string name, BlobRef stem) in stems ?? []) outputs[$"stems/{name}"] = await FingerprintAsync(stem, stopping);
        return new(
            GenerationManifest.CurrentVersion, request.Raw.Engine, request.Raw.Numerics, ProductVersion.Text, request.Input.Seed,
            request.Input.Request, request.Raw.Understood, request.Raw.SourceChannels, request.Track.Loudness, request.Measured.Metadata, outputs) { Blocks = request.Raw.Blocks };
    }

    async Task<FileFingerprint> FingerprintAsync(BlobRef blob, CancellationToken stopping)
    {
        await using Stream stream = await store.OpenReadAsync(blob, stopping) ?? throw new FileNotFoundException($"{blob} is gone.");
        return new(stream.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, stopping)));
    }

    async Task SaveManifestAsync(BlobRef blob, GenerationManifest manifest, CancellationToken stopping)
    {
        await using BlobWriter writer = await store.CreateAsync(blob, stopping);
        await JsonSerializer.SerializeAsync(writer.Stream, manifest, GenerationManifest.Format, stopping);
        await writer.CommitAsync(stopping);
    }
}
