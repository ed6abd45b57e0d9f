using System.Security.Cryptography;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Uploads;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Separations;

/// <summary>Takes the same file apart once more, on the same model and where the manifest says.</summary>
public sealed class SeparationReproductions(JobDesk desk, IBlobStore store, SeparatorRegistry separators, UploadDesk uploads, SongRegister songs, IOptions<GpuOptions> gpu)
{
    /// <param name="source">A completed separation.</param>
    /// <exception cref="PipelineException">As <see cref="ReproductionDesk.SubmitAsync"/> says it.</exception>
    public async Task<Job> SubmitAsync(Job source, bool keep, JobTerms terms, CancellationToken cancel)
    {
        IReadOnlyDictionary<string, BlobRef> original = JobOutputs.Of(source);
        SeparationManifest manifest = await SeparationManifest.ReadAsync(store, original["manifest"], cancel) ?? throw ReproductionDesk.ManifestGone(source);
        ISourceSeparator separator = Find(manifest);
        SeparationInput first = source.ReadInput<SeparationInput>();
        await RequireSameAsync(source.JobId, first.Source, manifest.Source, cancel);
        Song? song = await songs.FindAsync(first.SongId, cancel);
        var upload = new Upload(JobIds.For(JobKind.Reproduction, terms), first.Source, first.FileName) { UploadId = song?.UploadId };
        return (await uploads.UsingAsync(upload, async () => await desk.EnterAsync(
            terms with { JobId = upload.JobId }, asked => desk.Draft(JobKind.Reproduction, separator.Facts.Name, separator.Facts.Device, asked, Describe), cancel), cancel))!;

        ReproductionInput Describe(string jobId, string folder) => new(
            jobId, source.JobId, null, original, keep,
            first with { JobId = jobId, Folder = folder, Request = manifest.Request, Model = separator.Facts.Name, Devices = manifest.Devices });
    }

    /// <summary>The separator of the manifest, to the version, the weights and what it calculates on.</summary>
    ISourceSeparator Find(SeparationManifest manifest)
    {
        EngineFacts wanted = manifest.Engine;
        if (separators.All.FirstOrDefault(separator => separator.Facts.Name == wanted.Name) is not { IsInstalled: true } found)
        {
            throw new PipelineException(
                Problem.ModelNotInstalled,
                $"This was made by '{wanted.Name}'{(wanted.WeightsSha256 is { } hash ? $" with the weights {hash}" : "")}, which is not installed here; 'dgxmusic models' installs or adds it.");
        }

        bool beganOnGpu = manifest.Devices[0].Device != SeparationDevices.Cpu, isOnGpu = wanted.Device != SeparationDevices.Cpu;
        EngineFacts here = found.FactsOf(onCpu: !isOnGpu), free = found.Facts;
        // What workers of other processes calculate with, they say when they take the work; then it is in the comparison.
        bool isRemote = gpu.Value.Workers == GpuWorkers.Remote;
        ReproductionDesk.RequireSame(wanted, isOnGpu && isRemote ? here with { Device = wanted.Device, Dtype = wanted.Dtype } : here);
        if (beganOnGpu && !isRemote && free.Device == SeparationDevices.Cpu) ReproductionDesk.RequireSame(wanted with { Device = manifest.Devices[0].Device }, free);
        return found;
    }

    async Task RequireSameAsync(string jobId, BlobRef file, FileFingerprint wanted, CancellationToken cancel)
    {
        await using Stream stream = await store.OpenReadAsync(file, cancel)
            ?? throw new PipelineException(Problem.FilePurged, $"The file that {jobId} took apart is gone; one of {wanted.Bytes} bytes with the SHA-256 {wanted.Sha256} would be needed.");
        var here = new FileFingerprint(stream.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel)));
        if (here == wanted) return;
        throw new PipelineException(
            Problem.SourceDiffers, $"{file} is not the file that {jobId} took apart: it has the SHA-256 {here.Sha256}, not {wanted.Sha256}.",
            new Dictionary<string, string> { ["needed"] = wanted.Sha256, ["here"] = here.Sha256 });
    }
}
