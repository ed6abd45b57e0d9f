using System.Text.Json;

namespace DgxMusic.Models.Weights;

/// <summary>A file as it was when it was installed.</summary>
public sealed record InstalledFile(string Name, long Bytes, string Sha256, string Source);

/// <summary>What <c>installed.json</c> in a model's folder says; written last, so that a model with one is complete.</summary>
public sealed record InstallRecord(string Model, string Licence, IReadOnlyList<InstalledFile> Files)
{
    const string FileName = "installed.json";

    /// <summary>Null if the folder has none that can be read.</summary>
    internal static InstallRecord? Read(string folder)
    {
        try
        {
            InstallRecord? record = JsonSerializer.Deserialize<InstallRecord>(File.ReadAllBytes(Path.Combine(folder, FileName)), JsonSerializerOptions.Web);
            return record is { Files: { } files } && files.All(file => file is not null) ? record : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    internal void Write(string folder)
    {
        string temporary = Path.Combine(folder, FileName + ".part");
        using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(stream, this, JsonSerializerOptions.Web);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, Path.Combine(folder, FileName), overwrite: true);
    }
}

public enum ModelState
{
    Missing,

    /// <summary>An installation broke off; the next one goes on from there.</summary>
    Partial,
    Installed,
}

/// <param name="Folder">Where its files lie, or would.</param>
/// <param name="Bytes">What lies there.</param>
public sealed record ModelStatus(ModelInfo Model, ModelState State, string Folder, long Bytes);

/// <param name="Fault">One sentence about what is wrong; null if the file is as it was published.</param>
/// <param name="Published">Whether its publisher's hash is known; if not, it is the same as when it was installed.</param>
public sealed record VerifiedFile(string Name, string? Sha256, bool Published, string? Fault);

public sealed record VerifiedModel(string Name, IReadOnlyList<VerifiedFile> Files)
{
    public bool IsSound => Files.All(file => file.Fault is null);
}

/// <param name="Phase"><c>waiting</c> for another installation, <c>downloading</c>, <c>copying</c> or <c>checking</c>.</param>
/// <param name="FileNumber">From 1 to <paramref name="FileCount"/>.</param>
/// <param name="TotalBytes">Of this file; null where nobody knows.</param>
public sealed record InstallProgress(string Phase, string File, int FileNumber, int FileCount, long DoneBytes, long? TotalBytes);

/// <param name="From">A file, a folder or an address to take the files from instead of their publisher's.</param>
public sealed record InstallRequest(string Name, string? From = null, bool AcceptLicence = false);
