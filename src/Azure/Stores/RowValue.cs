using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Azure.Stores;

/// <summary>A row's value in an entity: text that people can read where it is short, else pieces of it compressed.</summary>
static class RowValue
{
    /// <summary>A property has at most 64 KiB, and text counts two bytes a character.</summary>
    internal const int MostTextBytes = 30_000;

    /// <summary>An entity has at most 1 MiB; the emulator counts it as it is sent, which makes four bytes of three.</summary>
    internal const int MostPackedBytes = MostPieces * PieceBytes;

    const int PieceBytes = 64 << 10, MostPieces = 11;
    const string Text = "v", Piece = "b", WrittenBy = "w";

    /// <exception cref="PipelineException"><see cref="Problem.StorageWriteFailed"/>: the value is too large for a row.</exception>
    public static TableEntity Write(RowKey key, JsonElement value, string write)
    {
        ReadOnlySpan<byte> bytes = JsonMarshal.GetRawUtf8Value(value);
        var entity = new TableEntity(key.Partition, key.Key) { [WrittenBy] = write };
        if (bytes.Length <= MostTextBytes)
        {
            entity[Text] = Encoding.UTF8.GetString(bytes);
            return entity;
        }

        byte[] packed = Pack(bytes);
        if (packed.Length > MostPackedBytes)
        {
            throw new PipelineException(Problem.StorageWriteFailed, string.Create(
                CultureInfo.InvariantCulture, $"The row {key.Table}/{key.Partition}/{key.Key} would have {bytes.Length} bytes, compressed {packed.Length}; a row holds {MostPackedBytes}."));
        }

        foreach ((int n, byte[] piece) in packed.Chunk(PieceBytes).Index()) entity[NameOf(n)] = piece;
        return entity;
    }

    public static CatalogRow Read(string table, TableEntity entity)
    {
        JsonElement value = entity.GetString(Text) is { } text ? JsonElement.Parse(text) : JsonElement.Parse(Unpack(entity));
        return new(new(table, entity.PartitionKey, entity.RowKey), value, entity.ETag.ToString());
    }

    /// <summary>Which write an entity is of.</summary>
    public static string? WriteOf(TableEntity entity) => entity.GetString(WrittenBy);

    static byte[] Pack(ReadOnlySpan<byte> bytes)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest)) brotli.Write(bytes);
        return packed.ToArray();
    }

    static byte[] Unpack(TableEntity entity)
    {
        using MemoryStream packed = new(), bytes = new();
        for (int n = 0; entity.TryGetValue(NameOf(n), out object? piece); n++) packed.Write((byte[])piece);
        packed.Position = 0;
        using (var brotli = new BrotliStream(packed, CompressionMode.Decompress)) brotli.CopyTo(bytes);
        return bytes.ToArray();
    }

    static string NameOf(int n) => string.Create(CultureInfo.InvariantCulture, $"{Piece}{n:D2}");
}
