using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Separations;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

/// <summary>What a track was taken apart on, from one frame on.</summary>
public sealed record DevicePart(string Device, long FromFrame);

/// <summary>All that is needed to make the same tracks again, and the proof of it. Holds no time and no id.</summary>
/// <param name="Source">The file that was taken apart.</param>
/// <param name="Devices">In the order of frames; more than one where it went on elsewhere.</param>
public sealed record SeparationManifest(
    int ManifestVersion, EngineFacts Engine, NumericsClass Numerics, string ProductVersion, FileFingerprint Source, SeparationRequest Request, SeparationSettings Settings,
    IReadOnlyList<DevicePart> Devices, double Gain, SeparationQuality Quality, IReadOnlyList<SeamReport> Seams, IReadOnlyDictionary<string, FileFingerprint> Outputs)
{
    public const int CurrentVersion = 1;

    /// <summary>Null if there is none of that name.</summary>
    public static async Task<SeparationManifest?> ReadAsync(IBlobStore store, BlobRef blob, CancellationToken cancel)
    {
        await using Stream? stream = await store.OpenReadAsync(blob, cancel);
        return stream is null ? null : await JsonSerializer.DeserializeAsync<SeparationManifest>(stream, GenerationManifest.Format, cancel);
    }
}
