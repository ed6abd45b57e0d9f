namespace DgxMusic.Pipeline.Engines;

/// <summary>What makes one loaded model serve another user.</summary>
sealed record ModelKey(string Name, string? WeightsSha256, bool OnCpu);

/// <summary>A place for a loaded model in <see cref="ModelPool"/>; made for a user, who fills it.</summary>
sealed class LoadedModel(ModelKey key)
{
    public ModelKey Key => key;

    /// <summary>Null until it is loaded.</summary>
    public IDisposable? Model { get; set; }

    public EngineFacts? Facts { get; set; }

    public NumericsClass? Numerics { get; set; }

    /// <summary>Not to be used again.</summary>
    public bool IsSuspect { get; set; }

    public bool IsInUse { get; private set; } = true;

    /// <summary>A timestamp of the pool's clock.</summary>
    public long LastUse { get; private set; }

    public bool TryUse() => !IsInUse && (IsInUse = true);

    public void Rest(long now) => (IsInUse, LastUse) = (false, now);
}
