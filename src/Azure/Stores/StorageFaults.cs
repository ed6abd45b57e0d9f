using System.Net.Sockets;
using Azure;
using Azure.Identity;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Azure.Stores;

/// <summary>What a storage account that is away, throttled, full or closed to us means: a write that fails is a problem to its caller, and to a step a fault where it may succeed in a while; a read that fails is a fault.</summary>
static class StorageFaults
{
    /// <exception cref="PipelineException"><see cref="Problem.StorageWriteFailed"/>; a <see cref="StoreAwayException"/> where it may pass.</exception>
    public static async Task<T> WritingAsync<T>(object what, Func<Task<T>> write, CancellationToken cancel)
    {
        try
        {
            return await write();
        }
        catch (Exception fault) when (IsOutage(fault, cancel))
        {
            throw Refused(what, fault);
        }
    }

    /// <exception cref="IOException"/>
    public static async Task<T> ReadingAsync<T>(object what, Func<Task<T>> read, CancellationToken cancel)
    {
        try
        {
            return await read();
        }
        catch (Exception fault) when (IsOutage(fault, cancel))
        {
            throw Unread(what, fault);
        }
    }

    /// <summary>Whether it is the store's fault. The network's time-outs look like a cancellation that nobody asked for.</summary>
    public static bool IsOutage(Exception fault, CancellationToken cancel) => fault switch
    {
        RequestFailedException or AuthenticationFailedException or HttpRequestException => true,
        AggregateException many => many.InnerExceptions.All(inner => IsOutage(inner, cancel)),
        OperationCanceledException => !cancel.IsCancellationRequested,
        HttpIOException or IOException { InnerException: SocketException } => true,
        _ => false,
    };

    public static PipelineException Refused(object what, Exception fault)
    {
        string message = $"The store could not write {what} ({ReasonOf(fault)}).";
        return MayPass(fault) ? new StoreAwayException(message) : new PipelineException(Problem.StorageWriteFailed, message);
    }

    public static IOException Unread(object what, Exception fault) => new($"The store could not read {what} ({ReasonOf(fault)}).", fault);

    public static bool Has(this RequestFailedException fault, int status, string code) => fault.Status == status && fault.ErrorCode == code;

    static bool MayPass(Exception fault) => fault switch
    {
        RequestFailedException { Status: 0 or 408 or 429 or (>= 500 and not 507) } => true,
        RequestFailedException or CredentialUnavailableException => false,
        // Of all tries the last one counts.
        AggregateException many => MayPass(many.InnerExceptions[^1]),
        _ => true,
    };

    // The account's own sentences name it and the request; the code says enough.
    static string ReasonOf(Exception fault) => fault switch
    {
        RequestFailedException { Status: 401 or 403 } refused => $"{refused.Status} {refused.ErrorCode}: the identity this program runs under needs the account's roles Storage Blob Data Contributor and Storage Table Data Contributor",
        RequestFailedException { Status: > 0 } refused => $"{refused.Status} {refused.ErrorCode}; it is away, throttled or full",
        AuthenticationFailedException => "no identity to sign in with: Storage:ClientId names a managed identity, az login signs a person in",
        AggregateException many => ReasonOf(many.InnerExceptions[^1]),
        _ => "no answer",
    };
}
