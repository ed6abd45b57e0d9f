using System.Globalization;
using DgxMusic.Pipeline.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DgxMusic.Api.Http;

/// <summary>What a key has left, in every answer to it. A quota that it does not have has no header.</summary>
static class QuotaHeaders
{
    public const string ComputeSeconds = "X-Quota-Compute-Seconds-Remaining", Bytes = "X-Quota-Bytes-Remaining", Reset = "X-Quota-Reset";

    public static async Task WriteAsync(HttpContext http, Caller caller, Quotas quotas)
    {
        if (caller.Quota == DailyQuota.None) return;
        try
        {
            Usage usage = await quotas.ReadAsync(caller);
            IHeaderDictionary headers = http.Response.Headers;
            if (usage.SecondsLeft(caller.Quota) is { } seconds) headers[ComputeSeconds] = seconds.ToString("0.###", CultureInfo.InvariantCulture);
            if (usage.BytesLeft(caller.Quota) is { } bytes) headers[Bytes] = bytes.ToString(CultureInfo.InvariantCulture);
            headers[Reset] = quotas.ResetsAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // An answer is worth more than what is said beside it.
            http.RequestServices.GetRequiredService<ILogger<Gate>>().LogError(fault, "What key {Key} has left could not be read.", caller.Id);
        }
    }
}
