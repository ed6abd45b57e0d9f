using System.ComponentModel.DataAnnotations;

namespace DgxMusic.Pipeline.Gpu;

/// <summary>Where the activities of the GPU lane run.</summary>
public enum GpuWorkers
{
    /// <summary>In this process, on what its engines find.</summary>
    Here,

    /// <summary>In processes of their own, which say that they live.</summary>
    Remote,

    /// <summary>Nowhere: the processor does the work, and jobs say so.</summary>
    None,
}

/// <summary>What becomes of a job that wants a GPU while no worker lives.</summary>
public enum GpuShortage
{
    /// <summary>The processor takes it, and the job says so.</summary>
    Cpu,

    /// <summary>It fails, and says so.</summary>
    Fail,
}

/// <summary>Settings of GPU workers, section <c>Gpu</c>.</summary>
public sealed class GpuOptions
{
    public GpuWorkers Workers { get; set; }

    /// <summary>Minutes that a job waits for a worker that lives; as long as none does, so long the one before it counts as away.</summary>
    [Range(0, 24 * 60)] public double WaitMinutes { get; set; } = 5;

    public GpuShortage WhenNone { get; set; }

    /// <summary>Seconds from one sign of life of a worker to the next.</summary>
    [Range(0.1, 3600)] public double BeatSeconds { get; set; } = 15;

    /// <summary>Seconds of silence after which a worker counts as gone; several beats, so that one that is lost harms nobody.</summary>
    [Range(0.5, 24 * 3600)] public double SilentAfterSeconds { get; set; } = 60;
}
