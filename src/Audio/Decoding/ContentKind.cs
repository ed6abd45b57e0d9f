namespace DgxMusic.Audio.Decoding;

/// <summary>A format we read, as its content tells it.</summary>
/// <param name="Name">As <see cref="AudioFormat.Container"/> says it.</param>
/// <param name="Title">As people say it.</param>
/// <param name="Demuxer">ffmpeg's name: given, so that it never guesses. Null: ffmpeg is never asked.</param>
/// <param name="Extensions">Lower case, with their dots.</param>
public sealed record ContentKind(string Name, string Title, string? Demuxer, IReadOnlyList<string> Extensions)
{
    public static readonly ContentKind Wav = new("wav", "WAV", null, [".wav", ".wave", ".bwf", ".rf64", ".bw64"]);
    public static readonly ContentKind Aiff = new("aiff", "AIFF", null, [".aif", ".aiff", ".aifc"]);
    public static readonly ContentKind Flac = new("flac", "FLAC", "flac", [".flac"]);
    public static readonly ContentKind Mp3 = new("mp3", "MP3", "mp3", [".mp3", ".mp2"]);
    public static readonly ContentKind Ogg = new("ogg", "Ogg", "ogg", [".ogg", ".oga", ".opus"]);
    public static readonly ContentKind Mp4 = new("m4a", "M4A", "mov", [".m4a", ".m4b", ".mp4", ".mov"]);
    public static readonly ContentKind Aac = new("aac", "AAC", "aac", [".aac", ".adts"]);

    static readonly HashSet<string> extensions =
        [.. new[] { Wav, Aiff, Flac, Mp3, Ogg, Mp4, Aac }.SelectMany(kind => kind.Extensions)];

    /// <param name="extension">With its dot, in any case.</param>
    public static bool IsAudioExtension(string extension) => extensions.Contains(extension.ToLowerInvariant());

    /// <summary>A sentence where the name promises another format; null where it does not, or has no extension.</summary>
    public string? MismatchWith(string? fileName)
    {
        string extension = Path.GetExtension(fileName ?? "").ToLowerInvariant();
        return extension is "" or "." || Extensions.Contains(extension) ? null : $"The name ends in {extension}, the content is {Title}.";
    }
}
