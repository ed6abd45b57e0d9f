using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace DgxMusic.LocalHost.Stores;

/// <summary>JSON columns hold UTF-8 text, untouched.</summary>
static class SqliteJson
{
    public static byte[] ToBytes(this JsonElement element) => JsonMarshal.GetRawUtf8Value(element).ToArray();

    public static JsonElement GetJson(this SqliteDataReader row, int column) => JsonElement.Parse(row.GetFieldValue<byte[]>(column));
}
