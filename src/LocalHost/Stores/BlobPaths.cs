using DgxMusic.Pipeline.Ports;

namespace DgxMusic.LocalHost.Stores;

/// <summary>Where the containers lie.</summary>
sealed class BlobPaths(string root, string? outputs)
{
    /// <summary>Half-written files lie here, in the container's own file system; hidden, so that no listing shows them.</summary>
    const string TemporaryFolder = ".tmp";

    public string FolderOf(string container)
    {
        if (!Containers.All.Contains(container)) throw new ArgumentException($"There is no container '{container}'.", nameof(container));
        return container == Containers.Outputs && outputs is not null ? outputs : Path.Combine(root, container);
    }

    /// <inheritdoc cref="BlobNames.Checked"/>
    public string PathOf(BlobRef blob) => Path.Combine(FolderOf(blob.Container), BlobNames.Checked(blob).Path);

    public string TemporariesOf(string container) => Path.Combine(FolderOf(container), TemporaryFolder);

    public string DrawTemporary(string container)
    {
        string folder = TemporariesOf(container);
        DurableFiles.CreateFolder(folder);
        return Path.Combine(folder, Guid.NewGuid().ToString("N"));
    }
}
