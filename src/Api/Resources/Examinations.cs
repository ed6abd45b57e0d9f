using System.Globalization;
using DgxMusic.Api.Examinations;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Api.Resources;

/// <summary>Something that a server in service is examined for, beside its machine; hosts add their own.</summary>
public interface IExamination
{
    string Name { get; }

    /// <summary>May throw: that it could not be examined is a finding too.</summary>
    Task<HealthCheck> ExamineAsync(CancellationToken cancel);
}

/// <summary>Whether somebody takes what is put into the inboxes.</summary>
public sealed class InboxExamination(IBlobStore store, InboxDesk desk, TimeProvider clock) : IExamination
{
    // Intake of the largest file, and a restart in between, are over by then.
    static readonly TimeSpan longest = TimeSpan.FromMinutes(10);

    public string Name => "inboxes";

    public async Task<HealthCheck> ExamineAsync(CancellationToken cancel)
    {
        List<BlobInfo> unknown = [], stuck = [];
        foreach (string inbox in Inboxes.All)
        {
            await foreach (BlobInfo blob in store.ListAsync(Containers.Uploads, inbox + "/", cancel))
                if (clock.GetUtcNow().UtcDateTime - blob.LastModifiedUtc > longest) (await desk.IsKnownAsync(blob, cancel) ? stuck : unknown).Add(blob);
        }

        var findings = new Findings(Name);
        if (unknown.Count > 0) findings.Warn($"{Told(unknown)}: no event of it ever came. In the cloud: is there a subscription to the account's events (azd hooks run postdeploy --service api)? Once there is, put it there again.");
        if (stuck.Count > 0) findings.Warn($"{Told(stuck)}: it was begun with and not ended. The logs say why; put there again, it is taken.");
        return findings.Sum("No file waits in an inbox.") with
        {
            Details = unknown.Count + stuck.Count == 0 ? null : new Dictionary<string, object> { ["files"] = unknown.Concat(stuck).Select(blob => blob.Ref.ToString()).Take(20).ToArray() },
        };
    }

    static string Told(List<BlobInfo> files)
    {
        BlobInfo oldest = files.MinBy(blob => blob.LastModifiedUtc)!;
        return string.Create(CultureInfo.InvariantCulture, $"{files.Count} {(files.Count == 1 ? "file waits" : "files wait")} in the inboxes, {oldest.Ref} since {oldest.LastModifiedUtc:u}");
    }
}

/// <summary>Whether GPU work has somewhere to go, and whether the workers have the models.</summary>
public sealed class GpuExamination(GpuFinder finder, GpuNodes nodes, SeparatorRegistry separators, EngineRegistry generators) : IExamination
{
    public string Name => "gpu_workers";

    public async Task<HealthCheck> ExamineAsync(CancellationToken cancel)
    {
        GpuFinding found = await finder.FindAsync(cancel);
        if (finder.Options.Workers != GpuWorkers.Remote)
            return new(Name, HealthStatus.Healthy, found.Gpu.Best is { } gpu ? $"{gpu.Name}, {gpu.FreeMb} of {gpu.TotalMb} MB free." : $"{found.Gpu.Reason ?? "There is no GPU."} The CPU does the work.");
        GpuNode[] all = [.. await nodes.ListAsync(cancel)], alive = [.. all.Where(nodes.IsAlive)];
        if (alive.Length == 0)
        {
            string last = all.Length == 0 ? "None has spoken within a day." : $"The last one spoke at {all.Max(node => node.SeenAt):u}.";
            string then = finder.Options.WhenNone == GpuShortage.Cpu ? "the CPU takes it" : "it fails";
            return new(Name, HealthStatus.Degraded, string.Create(CultureInfo.InvariantCulture, $"No GPU worker is alive. {last} A job that wants one waits {finder.Options.WaitMinutes:0.##} minutes, then {then}; where workers are started on demand that is enough."));
        }

        string[] installed =
            [.. separators.All.Where(one => one.IsInstalled && SeparationDevices.MemoryMbOf(one.Facts.Name) is not null).Select(one => one.Facts.Name), .. generators.InstalledWriters];
        string[] missing = [.. installed.Where(model => !alive.Any(node => node.Models.Contains(model)))];
        bool isWell = missing.Length == 0 && found.Gpu.Best is not null;
        string lacks = missing.Length == 0 ? "" : $" None of them has {string.Join(", ", missing)}, which this host offers: do they have their models from the same place?";
        string gpus = found.Gpu.Best is null ? $" {found.Gpu.Reason}" : $" {string.Join(", ", found.Gpu.Gpus.Select(gpu => gpu.Name))}.";
        return new(Name, isWell ? HealthStatus.Healthy : HealthStatus.Degraded, $"{alive.Length} {(alive.Length == 1 ? "worker is" : "workers are")} alive.{gpus}{lacks}");
    }
}
