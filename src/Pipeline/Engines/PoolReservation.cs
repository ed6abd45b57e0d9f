namespace DgxMusic.Pipeline.Engines;

/// <summary>All places of <see cref="ModelPool"/>, until it is disposed of.</summary>
sealed class PoolReservation(Func<bool> isWanted, Action release) : IDisposable
{
    Action? release = release;

    /// <summary>Whether somebody waits for a model.</summary>
    public bool IsWanted => isWanted();

    public void Dispose() => Interlocked.Exchange(ref release, null)?.Invoke();
}
