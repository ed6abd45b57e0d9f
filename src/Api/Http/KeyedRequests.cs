using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace DgxMusic.Api.Http;

/// <summary>
/// Does the work of requests that bear an <c>Idempotency-Key</c> once, however often they come. Answers of success are kept and given again. A refusal (4xx) frees its key, so that
/// the request may come again mended or later; a fault of ours keeps it, so that the repeat goes on where the first one ended.
/// </summary>
public sealed class KeyedRequests(IdempotencyLedger ledger)
{
    public const string Header = "Idempotency-Key", ReplayHeader = "Idempotency-Replayed";

    const int LongestKey = 255;

    public async Task<IResult> RunAsync(HttpRequest request, Route route, Caller caller, Func<Task<IResult>> work)
    {
        if (!request.Headers.TryGetValue(Header, out StringValues given)) return await work();
        string scope = ScopeOf(caller, route, Check(given)), body = await RequestHash.OfAsync(request);
        KeyedRequest keyed = await ledger.BeginAsync(scope, body, request.HttpContext.RequestAborted);
        if (keyed.Answer is { } first) return new Kept(first, IsReplay: true);
        request.HttpContext.Features.Set(keyed.Ticket);
        try
        {
            IResult result = await work();
            GivenAnswer answer = Read(result, request.HttpContext.Response);
            return answer.Status is >= 200 and < 300 ? new Kept(await ledger.CompleteAsync(scope, keyed, answer, CancellationToken.None), IsReplay: false) : result;
        }
        catch (Exception fault) when (Guarded.ProblemOf(fault) is { Status: < 500 })
        {
            await ledger.ForgetAsync(scope, keyed, CancellationToken.None);
            throw;
        }
    }

    static string Check(StringValues given) =>
        given is [{ Length: >= 1 and <= LongestKey } key] && key.All(letter => letter is >= ' ' and <= '~')
            ? key : throw new PipelineException(Problem.MalformedRequest, $"'{Header}' is one text of 1 to {LongestKey} printable ASCII characters.");

    static string ScopeOf(Caller caller, Route route, string key) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{caller.Id}\n{route.Method}\n{route.Pattern}\n{key}")));

    /// <summary>Before it is written, because it has to be kept first.</summary>
    static GivenAnswer Read(IResult result, HttpResponse response)
    {
        if (result is not IStatusCodeHttpResult { StatusCode: { } status }) throw new InvalidOperationException("Work is answered by a status and JSON, so that the answer can be given again.");
        object? value = (result as IValueHttpResult)?.Value;
        return new(status, value is null ? "" : JsonSerializer.Serialize(value, value.GetType(), ApiJson.Options), response.Headers.Location is [{ } location] ? location : null);
    }

    sealed record Kept(GivenAnswer Answer, bool IsReplay) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            HttpResponse response = httpContext.Response;
            response.StatusCode = Answer.Status;
            if (Answer.Location is { } location) response.Headers.Location = location;
            if (IsReplay) response.Headers[ReplayHeader] = "true";
            if (Answer.Body.Length == 0) return;
            byte[] body = Encoding.UTF8.GetBytes(Answer.Body);
            (response.ContentType, response.ContentLength) = ("application/json; charset=utf-8", body.Length);
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
        }
    }
}
