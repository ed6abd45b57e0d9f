namespace DgxMusic.LocalHost.Commands;

/// <summary>Files handed out of the store.</summary>
static class FileCopies
{
    /// <summary>Copies a file; at the target there is the old one or the whole new one, never a part.</summary>
    /// <returns>The target's full path.</returns>
    public static string Copy(string from, string to)
    {
        to = Path.GetFullPath(to);
        using FileStream source = File.OpenRead(from);
        Write(to, source.CopyTo);
        return to;
    }

    /// <summary>Writes a file under a temporary name beside the target, then gives it its own.</summary>
    public static T Write<T>(string target, Func<Stream, T> write)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(target))!, temporary = Path.Combine(folder, $".{Path.GetRandomFileName()}");
        Directory.CreateDirectory(folder);
        try
        {
            T result;
            using (FileStream file = new(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                result = write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
            return result;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <inheritdoc cref="Write{T}"/>
    public static async Task WriteAsync(string target, Func<Stream, Task> write)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(target))!, temporary = Path.Combine(folder, $".{Path.GetRandomFileName()}");
        Directory.CreateDirectory(folder);
        try
        {
            await using (FileStream file = new(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                await write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    static void Write(string target, Action<Stream> write) => Write(target, stream =>
    {
        write(stream);
        return true;
    });
}
