namespace DgxMusic.LocalHost.Hosting;

/// <summary>A file that tells how much of it was read.</summary>
/// <param name="told">0 to 1.</param>
sealed class ToldStream(string path, Action<double> told) : FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read)
{
    public override int Read(Span<byte> buffer) => Tell(base.Read(buffer));

    public override int Read(byte[] buffer, int offset, int count) => Tell(base.Read(buffer, offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Tell(await base.ReadAsync(buffer, cancellationToken));

    int Tell(int read)
    {
        told(Length == 0 ? 1 : (double)Position / Length);
        return read;
    }
}
