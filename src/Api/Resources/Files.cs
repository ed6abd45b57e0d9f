using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DgxMusic.Api.Resources;

/// <summary>Downloads. Only what a completed job's row names is served, so no path a caller sends ever reaches the store.</summary>
public sealed class Files(JobLedger ledger, IBlobStore store)
{
    /// <summary>A file of the outputs by its published name, <c>gen_ab12cd34.wav</c>.</summary>
    public async Task<IResult> ReadAsync(HttpRequest request, string name)
    {
        string id = name.Split('.', 2)[0];
        Job? job = JobIds.IsOne(id) && await ledger.FindAsync(id, request.HttpContext.RequestAborted) is { } found && Callers.Of(request).Sees(found) ? found : null;
        BlobRef? blob = job is null ? null : JobOutputs.Of(job).Values.FirstOrDefault(file => file.Container == Containers.Outputs && NameOf(file) == name);
        return await SendAsync(request, blob, name, job is { Purged: true });
    }

    /// <summary>A file of a job by its role: <c>file</c>, <c>mix</c>, <c>midi</c>, <c>manifest</c> or a stem's name.</summary>
    public async Task<IResult> ReadOfJobAsync(HttpRequest request, string id, string name)
    {
        Job job = await ledger.GetAsync(id, Callers.Of(request), request.HttpContext.RequestAborted);
        if (job.Status != JobStatus.Completed)
            throw new PipelineException(Problem.JobState, $"Job {id} is {job.Status.ToString().ToLowerInvariant()}; it has files once it is completed.");
        return await SendAsync(request, JobOutputs.Of(job).GetValueOrDefault(name), name, job.Purged);
    }

    async Task<IResult> SendAsync(HttpRequest request, BlobRef? blob, string asked, bool purged)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        BlobInfo? info = blob is null ? null : await store.FindAsync(blob, cancel);
        Stream? stream = info is null ? null : await store.OpenReadAsync(info.Ref, cancel);
        if (stream is null && blob is not null && purged) throw new PipelineException(Problem.FilePurged, $"'{NameOf(blob)}' was removed when it had grown old.");
        if (stream is null) throw new PipelineException(Problem.FileNotFound, $"There is no file '{(asked.Length <= 80 ? asked : asked[..80] + "…")}'.");
        string name = NameOf(info!.Ref), download = info.Ref.Container == Containers.Stems ? $"{JobOf(info.Ref)}.{name}" : name;
        return Results.Stream(stream, MediaTypes.Of(Path.GetExtension(name)), download, info.LastModifiedUtc, new EntityTagHeaderValue($"\"{info.ETag}\""), enableRangeProcessing: true);
    }

    static string NameOf(BlobRef blob) => blob.Path[(blob.Path.LastIndexOf('/') + 1)..];

    static string JobOf(BlobRef stem) => stem.Path.Split('/')[^2];
}
