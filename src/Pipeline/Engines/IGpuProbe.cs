namespace DgxMusic.Pipeline.Engines;

/// <summary>A GPU that an engine of ours could run on.</summary>
public sealed record GpuFacts(string Name, long TotalMb, long FreeMb);

/// <summary>What could run on a GPU now.</summary>
/// <param name="IsBuilt">Whether this program has an engine for GPUs at all.</param>
/// <param name="Reason">Why there is none to use, in one sentence; null where there is one.</param>
public sealed record GpuReport(bool IsBuilt, IReadOnlyList<GpuFacts> Gpus, string? Reason)
{
    public const string NoEngine = "No GPU engine is built into this program.";

    public static GpuReport NotBuilt { get; } = new(false, [], NoEngine);

    /// <summary>The one with the most memory free; null without any.</summary>
    public GpuFacts? Best => Gpus.MaxBy(gpu => gpu.FreeMb);

    /// <summary>Asks a probe, which may fail: then there is no GPU, and the failure is why.</summary>
    public static GpuReport Of(IGpuProbe probe)
    {
        try
        {
            return probe.Look();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return new(true, [], $"The GPU could not be asked ({fault.GetType().Name}: {fault.Message.TrimEnd('.')}).");
        }
    }
}

/// <summary>Looks for GPUs. May throw whatever a driver throws; <see cref="GpuReport.Of"/> asks.</summary>
public interface IGpuProbe
{
    GpuReport Look();
}

/// <summary>For a program without an engine for GPUs: it does not even look.</summary>
public sealed class NoGpuProbe : IGpuProbe
{
    public GpuReport Look() => GpuReport.NotBuilt;
}
