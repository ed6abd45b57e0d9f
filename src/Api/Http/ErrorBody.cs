using System.Diagnostics;
using DgxMusic.Contracts;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Http;

/// <summary>What every refused request gets. <c>error</c> and <c>detail</c> are the same sentence, so that clients of either habit find it.</summary>
public sealed record ErrorBody(string Error, string Code, string Detail, IReadOnlyDictionary<string, string> Details, string TraceId)
{
    public static ErrorBody Of(PipelineException refusal, string traceId) =>
        new(refusal.Message, refusal.Problem.Code, refusal.Message, refusal.Details, traceId);

    /// <summary>Names the request in the logs, so that a caller can quote it.</summary>
    public static string TraceIdOf(HttpContext http) =>
        System.Diagnostics.Activity.Current?.TraceId.ToString() is { Length: > 0 } current && current != default(ActivityTraceId).ToString() ? current
        : http.Request.Headers.TraceParent.ToString().Split('-') is [_, { Length: 32 } given, ..] ? given
        : http.TraceIdentifier;
}
