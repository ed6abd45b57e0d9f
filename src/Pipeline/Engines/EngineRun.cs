namespace DgxMusic.Pipeline.Engines;

/// <summary>What an engine is told of one run beside what it has to make.</summary>
/// <param name="Attempt">Counted from 1 over everything that this job has tried, also before a restart.</param>
/// <param name="OnCpu">Not on the GPU, whatever else it would take.</param>
/// <param name="Stopping">The host shuts down.</param>
public sealed record EngineRun(int Attempt = 1, bool OnCpu = false, CancellationToken Stopping = default)
{
    /// <summary>Hash of the music that is to be continued; null where there is none.</summary>
    public string? PromptAudioSha256 { get; init; }

    /// <summary>Of the processor, for an engine that loads; 0: all. They change no sample.</summary>
    public int Threads { get; init; }
}

/// <summary>The GPU, or what drives it, failed at this work. The CPU may manage.</summary>
public class GpuFaultException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The GPU has no memory left for this work. Another try there would end alike.</summary>
public sealed class GpuMemoryException(string message) : GpuFaultException(message);
