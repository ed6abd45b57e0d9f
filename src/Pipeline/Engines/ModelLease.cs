namespace DgxMusic.Pipeline.Engines;

/// <summary>A loaded model, for one user alone until it is disposed of.</summary>
public sealed class ModelLease<TModel> : IDisposable
{
    Action<bool>? giveBack;
    bool isSuspect;

    internal ModelLease(TModel model, EngineFacts facts, NumericsClass numerics, bool wasLoaded, Action<bool> giveBack) =>
        (Model, Facts, Numerics, WasLoaded, this.giveBack) = (model, facts, numerics, wasLoaded, giveBack);

    public TModel Model { get; }

    /// <summary>Of what was loaded, which is what a manifest says.</summary>
    public EngineFacts Facts { get; }

    /// <summary>Of what was loaded, too.</summary>
    public NumericsClass Numerics { get; }

    /// <summary>Whether it was there at once.</summary>
    public bool WasLoaded { get; }

    /// <summary>Has it loaded anew for whoever comes next: after a fault nobody knows what state it is in.</summary>
    public void Discard() => isSuspect = true;

    public void Dispose() => Interlocked.Exchange(ref giveBack, null)?.Invoke(isSuspect);
}
