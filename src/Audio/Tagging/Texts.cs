using System.Text;
using System.Text.Unicode;

namespace DgxMusic.Audio.Tagging;

static class Texts
{
    /// <summary>Text of a container that does not name its encoding: UTF-8 where it is valid, else Latin-1; up to the first zero.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)0);
        if (end >= 0) bytes = bytes[..end];
        return (Utf8.IsValid(bytes) ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes);
    }
}
