using System.Globalization;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Gpu;
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

/// <param name="Details">Figures and names behind the message; null where it says all.</param>
public sealed record HealthCheck(string Name, HealthStatus Status, string Message, IReadOnlyDictionary<string, object>? Details = null);

public sealed record HealthReport(
    HealthStatus Status, IReadOnlyDictionary<string, HealthCheck> Checks, string Version, double UptimeSeconds, DateTime Timestamp);

/// <param name="Status"><c>alive</c> or <c>ready</c>.</param>
public sealed record HealthProbe(string Status);

/// <summary>What a host tells of its machine.</summary>
/// <param name="ScratchFolder">A folder on the volume that work is done on.</param>
public sealed record HostFacts(string ScratchFolder, DateTime StartedAtUtc);

/// <summary>Whether the parts work. Asking always succeeds; the answer may be bad.</summary>
public sealed class Health(ICatalog catalog, IBlobStore store, QueueStatistics statistics, EngineRegistry engines, SeparatorRegistry separators, EngineSwitches switches, GpuFinder gpus, HostFacts host, TimeProvider clock)
{
    const double DegradedBelow = 0.20, UnhealthyBelow = 0.10;

    public async Task<IResult> ReadAsync(HttpRequest request)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        HealthCheck[] checks =
        [
            await DatabaseAsync(cancel),
            await GpuAsync(cancel),
            await QueueAsync(cancel),
            Disk(),
        ];
        DateTime now = clock.GetUtcNow().UtcDateTime;
        return Results.Json(
            new HealthReport(checks.Max(check => check.Status), checks.ToDictionary(check => check.Name), ProductVersion.Text, (now - host.StartedAtUtc).TotalSeconds, now),
            ApiJson.Options);
    }

    public Task<IResult> ReadLiveAsync(HttpRequest request) => Task.FromResult(Results.Json(new HealthProbe("alive"), ApiJson.Options));

    /// <exception cref="PipelineException"><see cref="Problem.NotReady"/>, with a reason for each part that does not work.</exception>
    public async Task<IResult> ReadReadyAsync(HttpRequest request)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        HealthCheck[] broken = [.. new[] { await DatabaseAsync(cancel), await QueueAsync(cancel), Disk() }.Where(check => check.Status == HealthStatus.Unhealthy)];
        return broken.Length == 0
            ? Results.Json(new HealthProbe("ready"), ApiJson.Options)
            : throw new PipelineException(Problem.NotReady, string.Join(" ", broken.Select(check => check.Message)), broken.ToDictionary(check => check.Name, check => check.Message));
    }

    Task<HealthCheck> DatabaseAsync(CancellationToken cancel) => CheckAsync("database", "The catalog or the store", async () =>
    {
        await catalog.FindAsync(new("health", "probe", "probe"), cancel);
        await store.FindAsync(new(Containers.Work, "health/probe"), cancel);
        return new("database", HealthStatus.Healthy, "The catalog and the store answer.");
    });

    Task<HealthCheck> QueueAsync(CancellationToken cancel) => CheckAsync("queue", "The queue", async () =>
    {
        QueueReport report = await statistics.ReadAsync(cancel);
        var details = new Dictionary<string, object> { ["pending_jobs"] = report.PendingJobs, ["processing_jobs"] = report.ProcessingJobs };
        return new("queue", HealthStatus.Healthy, $"{report.PendingJobs} waiting, {report.ProcessingJobs} running.", details);
    });

    Task<HealthCheck> GpuAsync(CancellationToken cancel) => CheckAsync("gpu", "The list of GPU workers", async () =>
    {
        GpuReport report = (await gpus.FindAsync(cancel)).Gpu;
        string[] installed = [.. engines.Installed, .. separators.All.Where(engine => engine.IsInstalled).Select(engine => engine.Facts.Name)];
        var details = new Dictionary<string, object>
        {
            ["engines"] = installed, ["musicgen_mock"] = switches.MusicGenMock, ["demucs_mock"] = switches.DemucsMock, ["gpus"] = report.Gpus.Select(gpu => gpu.Name).ToArray(),
        };
        string found = report.Best is null ? $"{report.Reason ?? "There is no GPU."} The CPU does the work." : $"{string.Join(", ", report.Gpus.Select(gpu => gpu.Name))}.";
        return new("gpu", report.Best is null ? HealthStatus.Degraded : HealthStatus.Healthy, $"{found} {switches.Notice}".TrimEnd(), details);
    });

    HealthCheck Disk() => DiskOf(new DriveInfo(Path.GetFullPath(host.ScratchFolder)));

    public static HealthCheck DiskOf(DriveInfo drive) => DiskOf(drive.AvailableFreeSpace, drive.TotalSize);

    internal static HealthCheck DiskOf(long freeBytes, long totalBytes)
    {
        double free = (double)freeBytes / totalBytes;
        HealthStatus status = free < UnhealthyBelow ? HealthStatus.Unhealthy : free < DegradedBelow ? HealthStatus.Degraded : HealthStatus.Healthy;
        return new(
            "disk_space", status, string.Create(CultureInfo.InvariantCulture, $"{100 * free:F0} % of {totalBytes / 1e9:F0} GB are free."),
            new Dictionary<string, object> { ["free_bytes"] = freeBytes, ["total_bytes"] = totalBytes });
    }

    /// <summary>What breaks is told by its kind: a message may hold paths and addresses, which are nobody's.</summary>
    static async Task<HealthCheck> CheckAsync(string name, string part, Func<Task<HealthCheck>> probe)
    {
        try
        {
            return await probe();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return new(name, HealthStatus.Unhealthy, $"{part} does not answer ({fault.GetType().Name}).");
        }
    }
}
