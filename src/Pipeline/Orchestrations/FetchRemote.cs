using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Orchestrations;

public sealed record RemoteFetch(string UploadId);

/// <summary>Fetches the file of an upload: three attempts within a minute, each of which outlives the process.</summary>
public static class FetchRemote
{
    public static readonly Orchestration<RemoteFetch, FetchOutcome> Definition = new(nameof(FetchRemote), version: 1, RunAsync);

    /// <summary>Between one attempt and the next.</summary>
    public static IReadOnlyList<TimeSpan> Waits { get; } = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)];

    /// <summary>Until a place to fetch is looked for again.</summary>
    public static readonly TimeSpan BusyWait = TimeSpan.FromSeconds(5);

    static async Task<FetchOutcome> RunAsync(IOrchestrationContext context, RemoteFetch fetch)
    {
        try
        {
            for (int attempt = 0; ;)
            {
                FetchOutcome outcome = await context.CallActivityAsync(FetchUpload.Definition, new(fetch.UploadId, IsLast: attempt == Waits.Count));
                if (outcome == FetchOutcome.Over) return outcome;
                await context.CreateTimer(outcome == FetchOutcome.Busy ? BusyWait : Waits[attempt++]);
            }
        }
        catch (PipelineException refusal)
        {
            return await RefuseAsync(context, fetch, UploadProblem.Of(refusal));
        }
        catch (StepFailedException fault)
        {
            return await RefuseAsync(context, fetch, new(fault.Problem.Slug, fault.Message));
        }
    }

    static async Task<FetchOutcome> RefuseAsync(IOrchestrationContext context, RemoteFetch fetch, UploadProblem problem)
    {
        await context.CallActivityAsync(RefuseUpload.Definition, new(fetch.UploadId, problem));
        return FetchOutcome.Over;
    }
}
