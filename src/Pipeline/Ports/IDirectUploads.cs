namespace DgxMusic.Pipeline.Ports;

/// <param name="Url">Takes one file as a PUT, once; whoever has it may.</param>
/// <param name="Headers">What the request has to carry.</param>
public sealed record DirectAddress(Uri Url, IReadOnlyDictionary<string, string> Headers);

/// <summary>A store that takes files itself from whoever has an address. A host without one has them sent to itself.</summary>
public interface IDirectUploads
{
    /// <param name="blob">Where the file will lie; nothing is there yet.</param>
    Task<DirectAddress> OfferAsync(BlobRef blob, DateTime expiresAt, CancellationToken cancel = default);
}
