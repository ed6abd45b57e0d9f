namespace DgxMusic.LocalHost.Stores;

/// <summary>Walks a container's folder in the order of whole paths, one folder in memory at a time.</summary>
static class BlobListing
{
    /// <summary>Paths with forward slashes below <paramref name="folder"/> that start with the prefix, in ordinal order. Hidden entries are passed over.</summary>
    public static IEnumerable<string> PathsIn(string folder, string prefix)
    {
        int slash = prefix.LastIndexOf('/') + 1;
        if (prefix.Split('/').SkipLast(1).Any(segment => segment.Length == 0 || segment[0] == '.')) return [];
        return Walk(folder, prefix[..slash], prefix[slash..]);
    }

    static IEnumerable<string> Walk(string root, string below, string startsWith)
    {
        foreach (string entry in EntriesOf(Path.Combine(root, below)).Where(entry => entry.StartsWith(startsWith, StringComparison.Ordinal)))
        {
            if (!entry.EndsWith('/'))
            {
                yield return below + entry;
                continue;
            }

            foreach (string path in Walk(root, below + entry, "")) yield return path;
        }
    }

    // A folder sorts as its name with a slash, which is how the paths in it begin.
    static List<string> EntriesOf(string folder)
    {
        try
        {
            List<string> entries = [.. new DirectoryInfo(folder).EnumerateFileSystemInfos()
                .Where(entry => entry.Name[0] != '.').Select(entry => entry is DirectoryInfo ? entry.Name + "/" : entry.Name)];
            entries.Sort(StringComparer.Ordinal);
            return entries;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
