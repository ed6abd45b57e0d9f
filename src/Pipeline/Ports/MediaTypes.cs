namespace DgxMusic.Pipeline.Ports;

/// <summary>What a file of ours is, to those who fetch it.</summary>
public static class MediaTypes
{
    /// <param name="extension">With its dot, lower case.</param>
    public static string Of(string extension) => extension switch
    {
        ".wav" => "audio/wav",
        ".flac" => "audio/flac",
        ".mp3" => "audio/mpeg",
        ".aif" or ".aiff" => "audio/aiff",
        ".ogg" => "audio/ogg",
        ".m4a" => "audio/mp4",
        ".mid" => "audio/midi",
        ".json" => "application/json",
        _ => "application/octet-stream",
    };
}
