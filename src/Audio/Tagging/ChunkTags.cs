using DgxMusic.Audio.IO;

namespace DgxMusic.Audio.Tagging;

/// <summary>Tags in the chunks of WAV and AIFF files: the list INFO or AIFF's texts, then an ID3 tag, where the cover is.</summary>
static class ChunkTags
{
    /// <summary>An ID3 tag of more is read so far.</summary>
    const int MostId3Bytes = CoverPicture.MostBytes + (1 << 20);

    /// <param name="file">Seekable; left at another position.</param>
    public static Tags OfWav(Stream file, ICollection<string> warnings)
    {
        var tags = Tags.None;
        foreach (var place in ChunkIndex.Of(file, bigEndian: false))
        {
            if (place.Id == RiffInfo.ListId) tags = tags.Or(RiffInfo.Parse(ChunkIndex.Read(file, place, RiffInfo.MostBytes)));
            else if (IsId3(place)) tags = tags.Or(OfId3(file, place, warnings));
        }
        return tags;
    }

    /// <inheritdoc cref="OfWav"/>
    public static Tags OfAiff(Stream file, ICollection<string> warnings)
    {
        var tags = Tags.None;
        foreach (var place in ChunkIndex.Of(file, bigEndian: true))
        {
            string Text() => Texts.Decode(ChunkIndex.Read(file, place, Tags.MostLetters));
            tags = place.Id switch
            {
                "NAME" => tags.Or(new() { Title = Text() }),
                "AUTH" => tags.Or(new() { Artist = Text() }),
                "ANNO" => tags.Or(new() { Comment = Text() }),
                _ => IsId3(place) ? tags.Or(OfId3(file, place, warnings)) : tags,
            };
        }
        return tags;
    }

    static bool IsId3(ChunkPlace place) => place.Id is "id3 " or "ID3 ";

    static Tags OfId3(Stream file, ChunkPlace place, ICollection<string> warnings)
    {
        if (place.Size > MostId3Bytes) warnings.Add($"The file's tag has {place.Size:N0} bytes; what is behind the first {MostId3Bytes:N0} was left out.");
        return Id3Reader.Parse(ChunkIndex.Read(file, place, MostId3Bytes));
    }
}
