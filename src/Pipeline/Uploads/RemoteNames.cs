using System.Net.Http.Headers;

namespace DgxMusic.Pipeline.Uploads;

/// <summary>What a file is called that comes from an address.</summary>
static class RemoteNames
{
    const int Longest = 255;

    /// <summary>As its server says it; else the end of an address's path, the first that has an ending: that of the address asked for, or of the one it led to.</summary>
    public static string? Of(ContentDispositionHeaderValue? disposition, Uri asked, Uri last) =>
        Clean(disposition?.FileNameStar) ?? Clean(disposition?.FileName?.Trim('"'))
        ?? new[] { OfPath(asked), OfPath(last) }.FirstOrDefault(name => Path.HasExtension(name)) ?? OfPath(asked);

    /// <returns>Null where the path ends in nothing.</returns>
    public static string? OfPath(Uri address) => Clean(Uri.UnescapeDataString(address.AbsolutePath[(address.AbsolutePath.LastIndexOf('/') + 1)..]));

    /// <summary>Without folders; of a name that is too long, its end stays.</summary>
    static string? Clean(string? name)
    {
        string last = name?[(name.LastIndexOfAny(['/', '\\']) + 1)..].Trim() ?? "";
        if (last.Length > Longest) last = last[^Longest..];
        return last is "" or "." or ".." ? null : last;
    }
}
