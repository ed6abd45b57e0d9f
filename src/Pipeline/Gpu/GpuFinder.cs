using DgxMusic.Pipeline.Engines;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Gpu;

/// <summary>What GPUs this host can give work to.</summary>
/// <param name="IsRemote">They are other processes', which may end at any moment.</param>
/// <param name="MayCome">There is none now, and there may be one soon.</param>
public sealed record GpuFinding(GpuReport Gpu, bool IsRemote, bool MayCome);

/// <summary>Looks for GPUs where the settings say that they are.</summary>
public sealed class GpuFinder(GpuNodes nodes, IGpuProbe probe, IOptions<GpuOptions> options)
{
    const string NoWorkers = "This host has no GPU workers (Gpu:Workers=none).", NoneAlive = "No GPU worker is alive.";

    public GpuOptions Options => options.Value;

    public async Task<GpuFinding> FindAsync(CancellationToken cancel = default)
    {
        if (Options.Workers != GpuWorkers.Remote) return new(Options.Workers == GpuWorkers.None ? new(true, [], NoWorkers) : GpuReport.Of(probe), IsRemote: false, MayCome: false);
        GpuNode[] alive = [.. (await nodes.ListAsync(cancel)).Where(nodes.IsAlive)];
        GpuFacts[] gpus = [.. alive.SelectMany(node => node.Gpu.Gpus)];
        string? reason = gpus.Length > 0 ? null : alive.Length == 0 ? NoneAlive : alive[0].Gpu.Reason ?? "The GPU workers have no GPU.";
        return new(new(true, gpus, reason), IsRemote: true, MayCome: alive.Length == 0);
    }

    /// <summary>Since when no worker lives; null while one does.</summary>
    /// <param name="earliest">What is answered at least, where none has spoken since.</param>
    public async Task<DateTime?> SilentSinceAsync(DateTime earliest, CancellationToken cancel = default)
    {
        IReadOnlyList<GpuNode> all = await nodes.ListAsync(cancel);
        if (all.Any(nodes.IsAlive)) return null;
        return all.Select(node => node.SeenAt).Append(earliest).Max();
    }
}
