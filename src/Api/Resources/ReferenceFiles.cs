using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Api.Resources;

/// <summary>What tracks are to be compared with: files of the caller's own.</summary>
static class ReferenceFiles
{
    /// <summary>A separation whose references name files of the store, each of which this caller may read.</summary>
    /// <param name="separation">As its body says it: uploads or paths.</param>
    /// <exception cref="PipelineException">As <see cref="StoredSource.FindAsync"/> says it of one of them.</exception>
    public static async Task<SeparationRequest> FindAsync(SeparationRequest separation, UploadDesk uploads, Caller caller, CancellationToken cancel)
    {
        Dictionary<string, string> found = [];
        foreach ((string track, string file) in separation.References)
        {
            StoredSource source = UploadIds.IsOne(file) ? new(file, null) : new(null, file);
            found[track] = (await source.FindAsync(uploads, JobKind.Separation, caller, cancel)).Blob.ToString();
        }

        return separation with { References = found };
    }
}
