using System.Globalization;
using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Api.Examinations;

/// <summary>Whether the Functions host lets through what the API takes: bodies as large as its own limits, and pages that stay connected.</summary>
/// <param name="direct">Any: large files go to the store itself.</param>
public sealed class RequestLimitExamination(HostSettings host, IEnumerable<IDirectUploads> direct) : IExamination
{
    const string BodySetting = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT";

    /// <summary>The host's own, where the setting says nothing.</summary>
    const long UsualBytes = 100L << 20;

    /// <summary>A form is larger than the file in it.</summary>
    const long EnvelopeBytes = 64 << 10;

    /// <summary>The host's own.</summary>
    const int UsualRequests = 100, UsualRequestsHeld = 200;

    /// <summary>A page that watches a job keeps one request for as long as it looks; with fewer than these a handful of pages keeps everybody else out.</summary>
    const int FewestRequests = 16;

    public string Name => "request_limits";

    public Task<HealthCheck> ExamineAsync(CancellationToken cancel)
    {
        var findings = new Findings(Name);
        long needed = (direct.Any() ? Multipart.MostBytes : Intake.MostBytes) + EnvelopeBytes, taken = UsualBytes;
        if (host.Setting(BodySetting) is { } given && !long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out taken))
            findings.Fail($"{BodySetting} is '{given}', which is no number of bytes: set it to {Intake.MostBytes + (10 << 20)}.");
        else if (taken < needed)
            findings.Warn($"{BodySetting} is {(host.Setting(BodySetting) is null ? "not set, which is " : "")}{taken}: the host refuses larger bodies without a word, and this API takes {needed}. Set it to {Intake.MostBytes + (10 << 20)}.");
        Narrow(findings, "maxConcurrentRequests", host.MostRequests);
        Narrow(findings, "maxOutstandingRequests", host.MostRequestsHeld);
        int requests = Math.Min(host.MostRequests ?? UsualRequests, host.MostRequestsHeld ?? UsualRequestsHeld);
        string limit = requests < 0 ? "without a limit" : string.Create(CultureInfo.InvariantCulture, $"{requests}");
        return Task.FromResult(findings.Sum(string.Create(CultureInfo.InvariantCulture, $"Bodies of {taken >> 20} MiB come through, {(direct.Any() ? "larger files go to the store itself" : "and so do all files")}; requests at once on an instance: {limit}.")));
    }

    static void Narrow(Findings findings, string setting, int? requests)
    {
        if (requests is >= 0 and < FewestRequests)
            findings.Warn($"extensions:http:{setting} is {requests}: a page that watches a job keeps one request, so a few of them keep everybody else out. Leave it out, or set it to {FewestRequests} or more.");
    }
}
