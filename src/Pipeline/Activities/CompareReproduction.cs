using System.Text.Json;
using System.Text.Json.Serialization;
using DgxMusic.Audio;
using DgxMusic.Audio.Decoding;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Loudness;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

/// <param name="SourceId">The job that made the original.</param>
/// <param name="Original">Its files by role.</param>
/// <param name="Made">Those made again.</param>
/// <param name="Keep">They stay.</param>
public sealed record ComparisonRequest(
    string JobId, string SourceId, string Folder, IReadOnlyDictionary<string, BlobRef> Original, IReadOnlyDictionary<string, BlobRef> Made, bool Keep) : IJobInput;

/// <summary>One file made again.</summary>
/// <param name="Name"><c>file</c>, <c>mix</c>, <c>midi</c> or <c>stems/{name}</c>.</param>
/// <param name="Original">As the manifest has it; null for a file that the original did not have.</param>
/// <param name="Reproduced">Null for a file that was not made again.</param>
/// <param name="DifferenceDb">RMS of the difference over RMS of the original; null where the bytes or the samples are the same, and where <paramref name="Remark"/> says why.</param>
public sealed record FileComparison(string Name, bool Identical, FileFingerprint? Original, FileFingerprint? Reproduced, double? DifferenceDb, string? Remark);

/// <summary>How the files of a reproduction compare.</summary>
/// <param name="Identical">Every file has the bytes of the original.</param>
/// <param name="SameNumerics">The original was made in this numerics class, inside which bytes are promised.</param>
public sealed record Comparison(
    bool Identical, bool SameNumerics, NumericsClass OriginalNumerics, NumericsClass Numerics, string OriginalProductVersion, string ProductVersion, IReadOnlyList<FileComparison> Files,
    IReadOnlyList<string> Warnings);

/// <summary>A generation or a separation that was run again from its manifest.</summary>
/// <param name="SourceId">The job that made it.</param>
/// <param name="Identical">Every file has the bytes of the original.</param>
/// <param name="SameNumerics">The original was made in this numerics class, inside which bytes are promised.</param>
/// <param name="Kept">The files of a generation, where they were to be kept.</param>
public sealed record ReproductionResult(
    string SourceId, bool Identical, bool SameNumerics, NumericsClass OriginalNumerics, NumericsClass Numerics, string OriginalProductVersion, string ProductVersion,
    IReadOnlyList<FileComparison> Files, GenerationResult? Kept, IReadOnlyList<string> Warnings) : IJobResult
{
    /// <summary>The files of a separation, where they were to be kept.</summary>
    public SeparationResult? KeptTracks { get; init; }

    /// <summary>Those that were kept, by their role; null: none were.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, BlobRef>? KeptFiles => Kept?.Files ?? KeptTracks?.Files;

    public static ReproductionResult Of(ReproductionInput input, Comparison comparison) => new(
        input.SourceId, comparison.Identical, comparison.SameNumerics, comparison.OriginalNumerics, comparison.Numerics, comparison.OriginalProductVersion, comparison.ProductVersion,
        comparison.Files, null, comparison.Warnings);
}

/// <summary>Holds the files of a reproduction against the manifest and the files of the original; then removes them unless they are wanted.</summary>
public sealed class CompareReproduction(IBlobStore store, JobMonitor monitor, DecoderOptions decoder) : IActivity<ComparisonRequest, Comparison>
{
    public static readonly Activity<ComparisonRequest, Comparison> Definition =
        Activity<ComparisonRequest, Comparison>.Of<CompareReproduction>(version: 2, Lane.Cpu, JobStep.Comparing, Retry.Outage);

    /// <summary>What manifests of all kinds have.</summary>
    sealed record Manifest(NumericsClass Numerics, string ProductVersion, IReadOnlyDictionary<string, FileFingerprint> Outputs);

    public async Task<Comparison> RunAsync(ComparisonRequest request, ActivityContext context)
    {
        await monitor.EnterAsync(request.JobId, JobStep.Comparing, "Comparing with the original.", context.Stopping);
        BlobRef output = BlobRef.ForWork(Definition, request.Folder, request).With(".json");
        Comparison comparison = await store.FindRecordAsync<Comparison>(output, context.Stopping)
            ?? await store.SaveRecordAsync(output, await CompareAsync(request, context.Stopping), context.Stopping);
        if (request.Keep) return comparison;
        foreach (BlobRef file in request.Made.Values) await store.DeleteAsync(file, context.Stopping);
        return comparison;
    }

    async Task<Comparison> CompareAsync(ComparisonRequest request, CancellationToken stopping)
    {
        Manifest manifest = await ReadAsync(request.Original["manifest"], stopping) ?? throw new PipelineException(Problem.FilePurged, $"The manifest of {request.SourceId} is gone.");
        Manifest again = (await ReadAsync(request.Made["manifest"], stopping))!;
        List<FileComparison> files = [];
        foreach (string name in manifest.Outputs.Keys.Union(again.Outputs.Keys).Order(StringComparer.Ordinal))
        {
            string role = name[(name.IndexOf('/') + 1)..];
            files.Add(await CompareAsync(
                name, manifest.Outputs.GetValueOrDefault(name), again.Outputs.GetValueOrDefault(name), request.Original.GetValueOrDefault(role), request.Made.GetValueOrDefault(role), stopping));
        }

        bool identical = files.All(file => file.Identical), same = manifest.Numerics == again.Numerics;
        return new(identical, same, manifest.Numerics, again.Numerics, manifest.ProductVersion, again.ProductVersion, files, WarningsOf(identical, same, manifest, again));
    }

    async Task<Manifest?> ReadAsync(BlobRef blob, CancellationToken stopping)
    {
        await using Stream? stream = await store.OpenReadAsync(blob, stopping);
        return stream is null ? null : await JsonSerializer.DeserializeAsync<Manifest>(stream, GenerationManifest.Format, stopping);
    }

    static IReadOnlyList<string> WarningsOf(bool identical, bool same, Manifest manifest, Manifest again)
    {
        List<string> warnings = [];
        if (!same) warnings.Add($"The original was made in another numerics class ({manifest.Numerics.Text}) than this machine's ({again.Numerics.Text}), so other bytes are no fault.");
        if (manifest.ProductVersion != again.ProductVersion) warnings.Add($"The original was made by version {manifest.ProductVersion}, this is {again.ProductVersion}.");
        if (!identical && same && manifest.ProductVersion == again.ProductVersion) warnings.Add("Engine, request, version and numerics class are those of the original, and yet bytes differ: please report it.");
        return warnings;
    }

    async Task<FileComparison> CompareAsync(string name, FileFingerprint? original, FileFingerprint? again, BlobRef? from, BlobRef? to, CancellationToken stopping)
    {
        if (original is null || again is null) return new(name, false, original, again, null, original is null ? "The original has no such file." : "It was not made again.");
        if (original == again) return new(name, true, original, again, null, null);
        if (from is null || to is null || to.Path.EndsWith(".mid", StringComparison.Ordinal)) return new(name, false, original, again, null, "This is no audio.");
        await using Stream? left = await store.OpenReadAsync(from, stopping), right = await store.OpenReadAsync(to, stopping);
        if (left is null || right is null) return new(name, false, original, again, null, "The original's file is gone; its hash is the manifest's.");
        double? difference;
        try
        {
            using ISampleReader before = AudioFile.Open(left, null, decoder, leaveOpen: true, stopping), after = AudioFile.Open(right, null, decoder, leaveOpen: true, stopping);
            difference = AudioDifference.Measure(before, after);
        }
        catch (PipelineException refusal) when (refusal.Problem == Problem.DecoderMissing)
        {
            return new(name, false, original, again, null, refusal.Message);
        }

        string? remark = difference switch
        {
            null => "They differ in length, rate or channels, or the original is silent.",
            double.NegativeInfinity => "Every sample is the same; the files differ around them.",
            _ => null,
        };
        return new(name, false, original, again, difference is { } decibels ? Decibels.Reported(decibels) : null, remark);
    }
}
