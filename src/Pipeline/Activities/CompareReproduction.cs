using DgxMusic.Audio;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Loudness;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

public sealed record ComparisonRequest(ReproductionInput Input, GenerationResult Made) : IJobInput
{
    public string JobId => Input.JobId;
}

/// <summary>One file made again.</summary>
/// <param name="Name"><c>file</c>, <c>mix</c>, <c>midi</c> or <c>stems/{name}</c>.</param>
/// <param name="Original">As the manifest has it; null for a file that the original did not have.</param>
/// <param name="Reproduced">Null for a file that was not made again.</param>
/// <param name="DifferenceDb">RMS of the difference over RMS of the original; null where the bytes or the samples are the same, and where <paramref name="Remark"/> says why.</param>
public sealed record FileComparison(string Name, bool Identical, FileFingerprint? Original, FileFingerprint? Reproduced, double? DifferenceDb, string? Remark);

/// <summary>A generation that was run again from its manifest.</summary>
/// <param name="SourceId">The generation.</param>
/// <param name="Identical">Every file has the bytes of the original.</param>
/// <param name="SameNumerics">The original was made in this numerics class, inside which bytes are promised.</param>
/// <param name="Kept">The files, where they were to be kept.</param>
public sealed record ReproductionResult(
    string SourceId, bool Identical, bool SameNumerics, NumericsClass OriginalNumerics, NumericsClass Numerics, string OriginalProductVersion, string ProductVersion,
    IReadOnlyList<FileComparison> Files, GenerationResult? Kept, IReadOnlyList<string> Warnings) : IJobResult;

/// <summary>Holds the files of a reproduction against the manifest and the files of the original; then removes them unless they are wanted.</summary>
public sealed class CompareReproduction(IBlobStore store, JobMonitor monitor) : IActivity<ComparisonRequest, ReproductionResult>
{
    public static readonly Activity<ComparisonRequest, ReproductionResult> Definition =
        Activity<ComparisonRequest, ReproductionResult>.Of<CompareReproduction>(version: 1, Lane.Cpu, JobStep.Comparing, Retry.Outage);

    public async Task<ReproductionResult> RunAsync(ComparisonRequest request, ActivityContext context)
    {
        (ReproductionInput input, GenerationResult made) = request;
        await monitor.EnterAsync(input.JobId, JobStep.Comparing, "Comparing with the original.", context.Stopping);
        BlobRef output = BlobRef.ForWork(Definition, input.Generation.Folder, request).With(".json");
        ReproductionResult result = await store.FindRecordAsync<ReproductionResult>(output, context.Stopping)
            ?? await store.SaveRecordAsync(output, await CompareAsync(input, made, context.Stopping), context.Stopping);
        if (input.Keep) return result;
        foreach (BlobRef file in JobOutputs.Of(made).Values) await store.DeleteAsync(file, context.Stopping);
        return result;
    }

    async Task<ReproductionResult> CompareAsync(ReproductionInput input, GenerationResult made, CancellationToken stopping)
    {
        GenerationManifest manifest = await GenerationManifest.ReadAsync(store, input.Original["manifest"], stopping)
            ?? throw new PipelineException(Problem.FilePurged, $"The manifest of {input.SourceId} is gone.");
        GenerationManifest again = (await GenerationManifest.ReadAsync(store, made.Manifest, stopping))!;
        IReadOnlyDictionary<string, BlobRef> copies = JobOutputs.Of(made);
        List<FileComparison> files = [];
        foreach (string name in manifest.Outputs.Keys.Union(again.Outputs.Keys).Order(StringComparer.Ordinal))
        {
            string role = name[(name.IndexOf('/') + 1)..];
            files.Add(await CompareAsync(
                name, manifest.Outputs.GetValueOrDefault(name), again.Outputs.GetValueOrDefault(name), input.Original.GetValueOrDefault(role), copies.GetValueOrDefault(role), stopping));
        }

        bool identical = files.All(file => file.Identical), same = manifest.Numerics == again.Numerics;
        return new(
            input.SourceId, identical, same, manifest.Numerics, again.Numerics, manifest.ProductVersion, again.ProductVersion, files, input.Keep ? made : null,
            WarningsOf(identical, same, manifest, again));
    }

    static IReadOnlyList<string> WarningsOf(bool identical, bool same, GenerationManifest manifest, GenerationManifest again)
    {
        List<string> warnings = [];
        if (!same) warnings.Add($"The original was made in another numerics class ({manifest.Numerics.Text}) than this machine's ({again.Numerics.Text}), so other bytes are no fault.");
        if (manifest.ProductVersion != again.ProductVersion) warnings.Add($"The original was made by version {manifest.ProductVersion}, this is {again.ProductVersion}.");
        if (!identical && same && manifest.ProductVersion == again.ProductVersion) warnings.Add("Engine, seed, request, version and numerics class are those of the original, and yet bytes differ: please report it.");
        return warnings;
    }

    async Task<FileComparison> CompareAsync(string name, FileFingerprint? original, FileFingerprint? again, BlobRef? from, BlobRef? to, CancellationToken stopping)
    {
        if (original is null || again is null) return new(name, false, original, again, null, original is null ? "The original has no such file." : "It was not made again.");
        if (original == again) return new(name, true, original, again, null, null);
        if (from is null || to is null || !to.Path.EndsWith(".wav", StringComparison.Ordinal)) return new(name, false, original, again, null, "This is no audio.");
        await using Stream? left = await store.OpenReadAsync(from, stopping), right = await store.OpenReadAsync(to, stopping);
        if (left is null || right is null) return new(name, false, original, again, null, "The original's file is gone; its hash is the manifest's.");
        using ISampleReader before = AudioFile.Open(left, null, null, leaveOpen: true, stopping), after = AudioFile.Open(right, null, null, leaveOpen: true, stopping);
        double? difference = AudioDifference.Measure(before, after);
        string? remark = difference switch
        {
            null => "They differ in length, rate or channels, or the original is silent.",
            double.NegativeInfinity => "Every sample is the same; the files differ around them.",
            _ => null,
        };
        return new(name, false, original, again, difference is { } decibels ? Decibels.Reported(decibels) : null, remark);
    }
}
