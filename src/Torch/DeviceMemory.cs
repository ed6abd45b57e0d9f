namespace DgxMusic.Torch;

/// <summary>Bytes that engines of this process hold on a device. libtorch keeps what they gave back for the next of them, and says nobody how much that is.</summary>
sealed class DeviceMemory
{
    long held, most;

    internal long Held => Interlocked.Read(ref held);

    /// <summary>At least so much is not in use by us, though the driver counts it as such.</summary>
    internal long Cached => Math.Max(0, Interlocked.Read(ref most) - Held);

    internal void Take(long bytes)
    {
        long now = Interlocked.Add(ref held, bytes), before = Interlocked.Read(ref most);
        while (now > before)
        {
            long seen = Interlocked.CompareExchange(ref most, now, before);
            if (seen == before) return;
            before = seen;
        }
    }

    internal void Give(long bytes) => Interlocked.Add(ref held, -bytes);

    /// <summary>Where memory was short, libtorch has emptied its cache.</summary>
    internal void Emptied() => Interlocked.Exchange(ref most, Held);
}
