using System.Globalization;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

public enum HealthStatus
{
    Healthy,
    Degraded,
    Unhealthy,
}

public sealed record HealthCheck(string Name, HealthStatus Status, string Message);

public sealed record HealthReport(
    HealthStatus Status, IReadOnlyDictionary<string, HealthCheck> Checks, string Version, double UptimeSeconds, DateTime Timestamp);

/// <summary>What a host tells of its machine.</summary>
/// <param name="ScratchFolder">A folder on the volume that work is done on.</param>
public sealed record HostFacts(string ScratchFolder, DateTime StartedAtUtc);

/// <summary>Whether the parts work. Asking always succeeds; the answer may be bad.</summary>
public sealed class Health(ICatalog catalog, QueueStatistics statistics, EngineRegistry engines, HostFacts host, TimeProvider clock)
{
    const double DegradedBelow = 0.20, UnhealthyBelow = 0.10;

    public async Task<IResult> ReadAsync(HttpRequest request)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        HealthCheck[] checks =
        [
            await CheckAsync("database", async () => { await catalog.FindAsync(new("health", "probe", "probe"), cancel); return "The catalog answers."; }),
            Gpu(),
            await CheckAsync("queue", async () => Describe(await statistics.ReadAsync(cancel))),
            Disk(),
        ];
        DateTime now = clock.GetUtcNow().UtcDateTime;
        return Results.Json(
            new HealthReport(checks.Max(check => check.Status), checks.ToDictionary(check => check.Name), ProductVersion.Text, (now - host.StartedAtUtc).TotalSeconds, now),
            ApiJson.Options);
    }

    public Task<IResult> ReadLiveAsync(HttpRequest request) => Task.FromResult(Results.Json(new { status = "alive" }, ApiJson.Options));

    public async Task<IResult> ReadReadyAsync(HttpRequest request)
    {
        HealthCheck database = await CheckAsync("database", async () => { await catalog.FindAsync(new("health", "probe", "probe")); return ""; });
        return database.Status == HealthStatus.Healthy
            ? Results.Json(new { status = "ready" }, ApiJson.Options)
            : throw new PipelineException(Problem.NotReady, $"The catalog does not answer: {database.Message}");
    }

    HealthCheck Gpu() => new("gpu", HealthStatus.Degraded, $"No GPU engine is built in; the CPU plays. Engines: {string.Join(", ", engines.Installed)}.");

    HealthCheck Disk() => DiskOf(new DriveInfo(Path.GetFullPath(host.ScratchFolder)));

    public static HealthCheck DiskOf(DriveInfo drive) => DiskOf(drive.AvailableFreeSpace, drive.TotalSize);

    internal static HealthCheck DiskOf(long freeBytes, long totalBytes)
    {
        double free = (double)freeBytes / totalBytes;
        HealthStatus status = free < UnhealthyBelow ? HealthStatus.Unhealthy : free < DegradedBelow ? HealthStatus.Degraded : HealthStatus.Healthy;
        return new("disk_space", status, string.Create(CultureInfo.InvariantCulture, $"{100 * free:F0} % of {totalBytes / 1e9:F0} GB are free."));
    }

    static string Describe(QueueReport report) => $"{report.PendingJobs} waiting, {report.ProcessingJobs} running.";

    static async Task<HealthCheck> CheckAsync(string name, Func<Task<string>> probe)
    {
        try
        {
            return new(name, HealthStatus.Healthy, await probe());
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return new(name, HealthStatus.Unhealthy, fault.Message);
        }
    }
}
