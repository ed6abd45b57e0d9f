using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DgxMusic.Api.Http;

/// <summary>Runs a handler and the result it returns inside one translation of errors; a result runs after filters and middleware, so nothing else would catch it.</summary>
public sealed class Guarded(Func<Task<IResult>> handler) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        try
        {
            await (await handler()).ExecuteAsync(httpContext);
        }
        catch (OperationCanceledException) when (httpContext.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; nobody is left to answer.
        }
        catch (Exception fault) when (httpContext.Response.HasStarted)
        {
            // Half an answer cannot be taken back: the connection breaks, so that nobody takes it for a whole one.
            LogFault(httpContext, fault);
            httpContext.Abort();
        }
        catch (Exception fault)
        {
            httpContext.Response.Clear();
            await Refuse(httpContext, Translate(httpContext, fault)).ExecuteAsync(httpContext);
        }
    }

    static IResult Refuse(HttpContext http, PipelineException refusal)
    {
        if (refusal.Problem == Problem.Unauthorized) http.Response.Headers.WWWAuthenticate = "Bearer realm=\"dgxmusic\"";
        if (refusal.Details.TryGetValue(RetryHint.Detail, out string? seconds)) http.Response.Headers.RetryAfter = seconds;
        return Results.Json(ErrorBody.Of(refusal, ErrorBody.TraceIdOf(http)), ApiJson.Options, "application/json", refusal.Problem.Status);
    }

    /// <summary>What a fault is to callers; null: a fault of ours.</summary>
    internal static Problem? ProblemOf(Exception fault) => fault switch
    {
        PipelineException refusal => refusal.Problem,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problem.BodyTooLarge,
        JsonException or BadHttpRequestException => Problem.MalformedRequest,
        _ => null,
    };

    static PipelineException Translate(HttpContext http, Exception fault)
    {
        switch (fault)
        {
            case PipelineException refusal:
                return refusal;
            case JsonException malformed:
                return new(Problem.MalformedRequest, $"The body is not JSON: line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1} is unexpected.");
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new(Problem.BodyTooLarge, "The body is larger than this server accepts.");
            case BadHttpRequestException:
                return new(Problem.MalformedRequest, "The request is not HTTP as we understand it.");
            default:
                LogFault(http, fault);
                return new(Problem.Internal, $"Something broke on our side; the log has it under {ErrorBody.TraceIdOf(http)}.");
        }
    }

    static void LogFault(HttpContext http, Exception fault) =>
        http.RequestServices.GetRequiredService<ILogger<Guarded>>().LogError(fault, "{Method} {Path} failed", http.Request.Method, http.Request.Path);
}
