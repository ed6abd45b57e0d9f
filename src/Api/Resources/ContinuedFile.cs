using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Api.Resources;

/// <summary>The music that a generation goes on from: a file of the caller's own.</summary>
static class ContinuedFile
{
    /// <summary>A generation that names a file of the store which this caller may read.</summary>
    /// <param name="generation">As its body says it: an upload or a path.</param>
    /// <exception cref="PipelineException">As <see cref="StoredSource.FindAsync"/> says it.</exception>
    public static async Task<GenerationRequest> FindAsync(GenerationRequest generation, UploadDesk uploads, Caller caller, CancellationToken cancel)
    {
        if (generation.ContinueFrom is not { } file) return generation;
        StoredSource source = UploadIds.IsOne(file) ? new(file, null) : new(null, file);
        return generation with { ContinueFrom = (await source.FindAsync(uploads, JobKind.Generation, caller, cancel)).Blob.ToString() };
    }
}
