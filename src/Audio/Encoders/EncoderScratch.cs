using DgxMusic.Audio.Tagging;

namespace DgxMusic.Audio.Encoders;

/// <summary>The encoder's folder while it works: what it reads besides samples, and the file it writes. Gone when disposed.</summary>
sealed class EncoderScratch : IDisposable
{
    readonly string folder;
    readonly byte[] head;
    readonly bool isMp3;
    readonly long frames;

    public EncoderScratch(string parent, EncodedLayout layout)
    {
        folder = Path.Combine(Path.GetFullPath(parent), "dgxmusic-" + Path.GetRandomFileName());
        Output = Path.Combine(folder, "audio");
        (isMp3, frames) = (layout.Format == EncodedFormat.Mp3, layout.Frames);
        head = isMp3 && !layout.Tags.IsEmpty ? Id3Writer.Write(layout.Tags) : [];   // ffmpeg would write comments where no player looks
        Directory.CreateDirectory(folder);
        try
        {
            if (!isMp3 && !layout.Tags.IsEmpty) Prepare(layout.Tags, hasPictureStream: layout.Format != EncodedFormat.Ogg);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The file as ffmpeg makes it.</summary>
    public string Output { get; }

    /// <summary>Arguments that name further inputs.</summary>
    public IReadOnlyList<string> Inputs { get; private set; } = [];

    /// <summary>Arguments that take them into the output.</summary>
    public IReadOnlyList<string> Maps { get; private set; } = [];

    /// <returns>Bytes of the whole file; 0 where the encoder wrote none.</returns>
    public long CopyTo(Stream target)
    {
        if (!File.Exists(Output)) return 0;
        using var file = File.Open(Output, FileMode.Open, FileAccess.ReadWrite);
        if (file.Length == 0) return 0;
        if (isMp3) Mp3InfoFrame.TellLength(file, frames);
        file.Position = 0;
        target.Write(head);
        file.CopyTo(target);
        return head.Length + file.Length;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    void Prepare(Tags tags, bool hasPictureStream)
    {
        string text = Path.Combine(folder, "tags.txt"), picture = Path.Combine(folder, "cover");
        File.WriteAllText(text, MetadataText.Of(tags, withCover: !hasPictureStream));
        Inputs = ["-protocol_whitelist", "file", "-f", "ffmetadata", "-i", "file:" + text];
        Maps = ["-map_metadata", "1"];
        if (!hasPictureStream || tags.Cover is not { } cover) return;

        File.WriteAllBytes(picture, cover.Content.ToArray());
        string demuxer = cover.MimeType == "image/png" ? "png_pipe" : "jpeg_pipe";
        string size = $"{cover.Width}x{cover.Height}";   // told, so that a picture which is damaged further in does not stop the music
        Inputs = [.. Inputs, "-protocol_whitelist", "file", "-f", demuxer, "-video_size", size, "-i", "file:" + picture];
        Maps =
        [
            .. Maps, "-map", "2:v:0", "-c:v", "copy", "-disposition:v:0", "attached_pic",
            "-metadata:s:v:0", "comment=Cover (front)",   // how ffmpeg says the type of a picture
        ];
    }
}
