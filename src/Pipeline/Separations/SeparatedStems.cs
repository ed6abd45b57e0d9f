using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Separations;

/// <summary>All that is known of a separated track in scratch.</summary>
/// <param name="Parts">In order, from the first frame to the last.</param>
public sealed record SeparatedStems(DecodedTrack Track, PreparedSeparator Model, IReadOnlyList<StemPart> Parts)
{
    /// <summary>Which sources a track is made of: itself, or several that are added.</summary>
    public IReadOnlyList<string> SourcesOf(string track) => track switch
    {
        Contracts.SeparationRequest.Instrumental when !Model.Sources.Contains(track) => [.. Model.Sources.Where(source => source != Contracts.SeparationRequest.Vocals)],
        Contracts.SeparationRequest.Residual => Model.Sources,
        _ => [track],
    };

    public static async Task<SeparatedStems> ReadAsync(IBlobStore store, BlobRef blob, CancellationToken cancel) =>
        await store.FindRecordAsync<SeparatedStems>(blob, cancel) ?? throw new FileNotFoundException($"{blob} is gone.");
}
