using DgxMusic.Api.Http;
using DgxMusic.Pipeline.Consistency;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

/// <summary>Whether rows and files agree.</summary>
public sealed class Consistencies(ConsistencyCheck check)
{
    public Task<IResult> ReadAsync(HttpRequest request) => RunAsync(request, RepairOrder.DryRun);

    /// <summary>Mends what is safe to mend; with <c>delete_files</c> it removes orphaned outputs as well.</summary>
    public Task<IResult> RepairAsync(HttpRequest request)
    {
        bool dryRun = Query.Flag(request, "dry_run", usual: true), deleteFiles = Query.Flag(request, "delete_files");
        return RunAsync(request, new(!dryRun, deleteFiles && !dryRun));
    }

    async Task<IResult> RunAsync(HttpRequest request, RepairOrder order) => Results.Json(await check.RunAsync(order, request.HttpContext.RequestAborted), ApiJson.Options);
}
