using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Pipeline.Uploads;

/// <param name="IsLast">No other attempt follows.</param>
public sealed record FetchAttempt(string UploadId, bool IsLast);

/// <summary>Fetches the file of an upload from its address. Run twice, it makes one upload.</summary>
public sealed class FetchUpload(RemoteUploads uploads) : IActivity<FetchAttempt, FetchOutcome>
{
    public static readonly Activity<FetchAttempt, FetchOutcome> Definition = Activity<FetchAttempt, FetchOutcome>.Of<FetchUpload>(version: 1, Lane.Io, JobStep.Queued, Retry.Bookkeeping);

    public Task<FetchOutcome> RunAsync(FetchAttempt attempt, ActivityContext context) => uploads.FetchAsync(attempt.UploadId, attempt.IsLast, context.Stopping);
}

/// <param name="Problem">Why its file did not come.</param>
public sealed record FetchRefusal(string UploadId, UploadProblem Problem);

/// <summary>Ends an upload whose file we could not take, for a reason of ours.</summary>
public sealed class RefuseUpload(RemoteUploads uploads) : IActivity<FetchRefusal, Done>
{
    public static readonly Activity<FetchRefusal, Done> Definition = Activity<FetchRefusal, Done>.Of<RefuseUpload>(version: 1, Lane.Io, JobStep.Queued, Retry.Bookkeeping);

    public async Task<Done> RunAsync(FetchRefusal refusal, ActivityContext context)
    {
        await uploads.RefuseAsync(refusal.UploadId, refusal.Problem, context.Stopping);
        return new();
    }
}
