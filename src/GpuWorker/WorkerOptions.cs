using System.ComponentModel.DataAnnotations;

namespace DgxMusic.GpuWorker;

/// <summary>Settings of this process, section <c>GpuWorker</c>.</summary>
public sealed class WorkerOptions
{
    /// <summary>Seconds from the signal to stop until this process has ended, whatever its activity does; less than its container gives it.</summary>
    [Range(1, 3600)] public double StopSeconds { get; set; } = 25;
}
