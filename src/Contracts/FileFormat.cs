using System.Text.Json.Serialization;

namespace DgxMusic.Contracts;

/// <summary>Containers of the files we write.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FileFormat>))]
public enum FileFormat
{
    [JsonStringEnumMemberName("wav")] Wav,

    /// <summary>Without loss; 16 and 24 bits.</summary>
    [JsonStringEnumMemberName("flac")] Flac,
    [JsonStringEnumMemberName("mp3")] Mp3,

    /// <summary>Vorbis in Ogg.</summary>
    [JsonStringEnumMemberName("ogg")] Ogg,

    /// <summary>AAC in MP4.</summary>
    [JsonStringEnumMemberName("m4a")] M4a,
}

/// <summary>The names of formats as callers write them, which are their extensions too.</summary>
public static class FileFormats
{
    public static IReadOnlyDictionary<string, FileFormat> ByName { get; } = new Dictionary<string, FileFormat>
    {
        ["wav"] = FileFormat.Wav, ["flac"] = FileFormat.Flac, ["mp3"] = FileFormat.Mp3, ["ogg"] = FileFormat.Ogg, ["m4a"] = FileFormat.M4a,
    };

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: not one of the five.</exception>
    public static FileFormat Parse(string name)
    {
        if (ByName.TryGetValue(name, out FileFormat format)) return format;
        string fault = $"'format' is not one of {string.Join(", ", ByName.Keys)}.";
        throw new PipelineException(Problem.InvalidRequest, fault, new Dictionary<string, string> { ["format"] = fault });
    }

    /// <summary>What a file's name asks for: its extension, in any case, if it is one of ours; else WAV.</summary>
    public static FileFormat OfName(string fileName) => ByName.GetValueOrDefault(Path.GetExtension(fileName).TrimStart('.').ToLowerInvariant(), FileFormat.Wav);

    /// <summary>With its dot.</summary>
    public static string ExtensionOf(FileFormat format) => "." + NameOf(format);

    public static string NameOf(FileFormat format) => ByName.First(pair => pair.Value == format).Key;
}
