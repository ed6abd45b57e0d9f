using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Gpu;

/// <summary>A process that takes GPU work, as it last spoke of itself.</summary>
/// <param name="NodeId">Drawn when it starts: one that starts again is another.</param>
/// <param name="Gpu">What its engines can use.</param>
/// <param name="Models">Exact names of the separators, and of the generators that a GPU helps, that it has weights of.</param>
/// <param name="Version">Of the program.</param>
public sealed record GpuNode(string NodeId, string Machine, DateTime StartedAt, DateTime SeenAt, GpuReport Gpu, IReadOnlyList<string> Models, string Version);

/// <summary>The workers that there are: a row each, written by the worker alone.</summary>
public sealed class GpuNodes(ICatalog catalog, TimeProvider clock, IOptions<GpuOptions> options) : ISweep
{
    const string Table = "nodes", Partition = "gpu";
    const int Most = 1000;
    static readonly TimeSpan forgottenAfter = TimeSpan.FromDays(1);

    DateTime UtcNow => clock.GetUtcNow().UtcDateTime;

    /// <summary>Says that a worker lives.</summary>
    public async Task SayAsync(GpuNode node, CancellationToken cancel = default)
    {
        RowKey key = new(Table, Partition, node.NodeId);
        while (true)
        {
            bool isSaid = await catalog.FindAsync(key, cancel) is { } row
                ? await catalog.TryReplaceAsync(row, Payload.Write(node), cancel)
                : await catalog.TryInsertAsync(key, Payload.Write(node), cancel);
            if (isSaid) return;
        }
    }

    /// <summary>Says that a worker ends in good order.</summary>
    public Task ForgetAsync(string nodeId, CancellationToken cancel = default) => catalog.DeleteAsync(new(Table, Partition, nodeId), cancel);

    /// <summary>Every worker that has spoken within a day, also those that are silent now.</summary>
    public async Task<IReadOnlyList<GpuNode>> ListAsync(CancellationToken cancel = default) =>
        [.. (await catalog.QueryAsync(Table, Partition, null, Most, cancel)).Select(row => row.Read<GpuNode>())];

    public bool IsAlive(GpuNode node) => node.SeenAt > UtcNow.AddSeconds(-options.Value.SilentAfterSeconds);

    public async Task SweepAsync(CancellationToken cancel = default)
    {
        foreach (GpuNode node in await ListAsync(cancel))
            if (node.SeenAt < UtcNow - forgottenAfter) await ForgetAsync(node.NodeId, cancel);
    }
}
