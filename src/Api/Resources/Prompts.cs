using DgxMusic.Api.Http;
using DgxMusic.Pipeline.Jobs;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

public sealed record PromptList(IReadOnlyList<PromptUse> Prompts);

/// <summary>Which prompts a caller uses.</summary>
public sealed class Prompts(PromptStatistics statistics)
{
    const int UsualRows = 10, MostRows = 1000;

    public async Task<IResult> ListAsync(HttpRequest request) => Results.Json(
        new PromptList(await statistics.ReadAsync(Callers.Of(request), Query.Whole(request, "limit", UsualRows, 0, MostRows), request.HttpContext.RequestAborted)), ApiJson.Options);
}
