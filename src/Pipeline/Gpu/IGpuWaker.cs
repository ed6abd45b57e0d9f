namespace DgxMusic.Pipeline.Gpu;

/// <summary>Makes a worker come where none is kept running.</summary>
public interface IGpuWaker
{
    /// <summary>Asks for a worker; asked again while one is on its way, it changes nothing.</summary>
    Task WakeAsync(CancellationToken cancel = default);
}

/// <summary>For hosts whose workers somebody else starts.</summary>
public sealed class NoGpuWaker : IGpuWaker
{
    public Task WakeAsync(CancellationToken cancel = default) => Task.CompletedTask;
}
