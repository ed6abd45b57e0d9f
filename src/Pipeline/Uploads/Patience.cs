namespace DgxMusic.Pipeline.Uploads;

/// <summary>How long a server may take: so long in all, and so long without a byte. By the machine's own time: a network does not wait for anybody's clock.</summary>
sealed class Patience(UploadOptions options, CancellationToken cancel) : IDisposable
{
    readonly CancellationTokenSource whole = new(TimeSpan.FromSeconds(options.FetchTimeoutSeconds)), silence = new();
    CancellationTokenSource? stop;

    /// <summary>Waits for the server.</summary>
    /// <exception cref="RemoteFailure">The server took too long.</exception>
    public async Task<T> WaitAsync<T>(Func<CancellationToken, Task<T>> wait)
    {
        stop ??= CancellationTokenSource.CreateLinkedTokenSource(cancel, whole.Token, silence.Token);
        silence.CancelAfter(TimeSpan.FromSeconds(options.SilenceSeconds));
        try
        {
            return await wait(stop.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw whole.IsCancellationRequested
                ? new RemoteFailure($"The file had not come within {options.FetchTimeoutSeconds} s.", mayPass: false)
                : new RemoteFailure($"The server said nothing for {options.SilenceSeconds} s.", mayPass: true);
        }
        finally
        {
            silence.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        stop?.Dispose();
        whole.Dispose();
        silence.Dispose();
    }
}
