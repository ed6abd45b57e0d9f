using DgxMusic.Contracts;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.LocalHost.Stores;

/// <summary>A file system that refuses a write is a problem for the caller to wait out, whatever its reason.</summary>
static class StoreFaults
{
    public static T Translate<T>(BlobRef blob, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception fault) when (IsRefusal(fault))
        {
            throw Refused(blob, fault);
        }
    }

    public static bool IsRefusal(Exception fault) => fault is IOException and not FileNotFoundException or UnauthorizedAccessException;

    // The system's own sentence names the machine's folders, which are nobody's business but the owner's.
    public static PipelineException Refused(BlobRef blob, Exception fault) =>
        new(Problem.StorageWriteFailed, $"The store could not write {blob} ({fault.GetType().Name}); is the disk full or read-only?");
}
