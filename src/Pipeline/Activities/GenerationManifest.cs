using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

public sealed record FileFingerprint(long Bytes, string Sha256);

/// <summary>All that is needed to make the same bytes again, and the proof of it. Holds no time and no id.</summary>
public sealed record GenerationManifest(
    int ManifestVersion, EngineFacts Engine, NumericsClass Numerics, string ProductVersion, ulong Seed, GenerationRequest Request,
    JsonElement Understood, int SourceChannels, LoudnessReport Loudness, TrackMetadata? Metadata, IReadOnlyDictionary<string, FileFingerprint> Outputs)
{
    public const int CurrentVersion = 1;

    /// <summary>How the work was cut; null where no bit depends on it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GenerationBlocks? Blocks { get; init; }

    /// <summary>For people as much as for programs: snake case, indented.</summary>
    public static JsonSerializerOptions Format { get; } = new(Payload.Options)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Null if there is none of that name.</summary>
    public static async Task<GenerationManifest?> ReadAsync(IBlobStore store, BlobRef blob, CancellationToken cancel)
    {
        await using Stream? stream = await store.OpenReadAsync(blob, cancel);
        return stream is null ? null : await JsonSerializer.DeserializeAsync<GenerationManifest>(stream, Format, cancel);
    }
}

public static class ProductVersion
{
    public static string Text { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
}
