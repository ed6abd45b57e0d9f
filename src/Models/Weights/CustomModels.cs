using DgxMusic.Contracts;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Models.Spectral;

namespace DgxMusic.Models.Weights;

/// <summary>
/// The custom models in a folder, beside the published ones: one folder a model. Each appears whole or not at all, and other processes see it at once.
/// </summary>
public sealed class CustomModels
{
    /// <summary>Three times the largest file that was published for this architecture.</summary>
    public const long MostBytes = 512L << 20;

    const int LongestName = 64, BlockBytes = 1 << 20;
    const string Adding = ".adding-", Removing = ".removing-";

    static readonly TimeSpan abandonedAfter = TimeSpan.FromDays(1);

    static readonly HashSet<string> reserved = new([.. ModelCatalog.All.Select(model => model.Name), SpectralModel.ModelName, "composer"], StringComparer.OrdinalIgnoreCase);

    readonly string folder;
    readonly IModelShelf? shelf;

    internal CustomModels(string folder, IModelShelf? shelf) => (this.folder, this.shelf) = (folder, shelf);

    /// <summary>By name.</summary>
    public IReadOnlyList<CustomModel> List() => !Directory.Exists(folder) ? []
        : [.. Directory.EnumerateDirectories(folder).Where(path => IsName(Path.GetFileName(path))).Select(path => CustomModel.Read(path, shelf)).OfType<CustomModel>().OrderBy(model => model.Name, StringComparer.Ordinal)];

    public CustomModel? Find(string name) => IsName(name) ? CustomModel.Read(FolderOf(name), shelf) : null;

    /// <summary>Registers weights under a name. The same file under the same name again changes nothing.</summary>
    /// <param name="content">Of the whole file; read to its end.</param>
    /// <returns>The model, and whether it is new.</returns>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidName"/>, <see cref="Problem.ModelExists"/>, <see cref="Problem.BodyTooLarge"/>, <see cref="Problem.StorageWriteFailed"/>;
    /// <see cref="Problem.WeightsUnreadable"/>, <see cref="Problem.WeightsRefused"/>, <see cref="Problem.WeightsMismatch"/>: it is no model that we can run.</exception>
    public async Task<(CustomModel Model, bool IsNew)> AddAsync(string name, Stream content, CancellationToken cancel = default)
    {
        UserNames.Check(name, LongestName);
        if (reserved.Contains(name)) throw new PipelineException(Problem.ModelExists, $"'{name}' is the name of a model of ours; choose another.");
        string stage = Path.Combine(folder, Adding + Guid.NewGuid().ToString("N"));
        try
        {
            Directory.CreateDirectory(stage);
            SweepAbandoned();
            CustomModel model = await StageAsync(name, content, stage, cancel);
            bool isNew = Publish(stage, model);
            if (!isNew) model = Known(model);
            // Once more does no harm, and mends a death in between.
            if (shelf is not null) await shelf.PutAsync(name, FolderOf(name), CustomModel.RecordName, cancel);
            return (model, isNew);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException(Problem.StorageWriteFailed, $"{name} could not be written to the models folder: {fault.Message.TrimEnd('.')}.");
        }
        finally
        {
            if (Directory.Exists(stage)) Directory.Delete(stage, recursive: true);
        }
    }

    /// <exception cref="PipelineException"><see cref="Problem.ModelNotFound"/>, <see cref="Problem.ModelNotCustom"/>.</exception>
    public CustomModel Get(string name) => Find(name) ?? throw (reserved.Contains(name)
        ? new PipelineException(Problem.ModelNotCustom, $"'{name}' is a model of ours, not one that was registered here.")
        : new PipelineException(Problem.ModelNotFound, $"There is no custom model of this name; registered here: {(List() is { Count: > 0 } all ? string.Join(", ", all.Select(model => model.Name)) : "none")}."));

    /// <inheritdoc cref="Get" path="/exception"/>
    public async Task<CustomModel> RemoveAsync(string name, CancellationToken cancel = default)
    {
        CustomModel model = Get(name);
        if (shelf is not null) await shelf.RemoveAsync(name, CustomModel.RecordName, cancel);
        string doomed = Path.Combine(folder, Removing + Guid.NewGuid().ToString("N"));
        try
        {
            // From one moment to the next it is gone for everybody, however long deleting takes.
            Directory.Move(FolderOf(name), doomed);
            Directory.Delete(doomed, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException(Problem.StorageWriteFailed, $"{name} could not be removed from the models folder: {fault.Message.TrimEnd('.')}.");
        }

        return model;
    }

    internal string PathOf(CustomModel model)
    {
        string path = Path.Combine(FolderOf(model.Name), model.File);
        if (!File.Exists(path)) shelf?.Fetch(model.Name, model.File, path);
        return path;
    }

    static async Task<CustomModel> StageAsync(string name, Stream content, string stage, CancellationToken cancel)
    {
        // Named like the model, which is what people read when it is refused.
        string part = Path.Combine(stage, name);
        await CopyAsync(content, part, cancel);
        (HTDemucsConfig config, bool isArchive) = await Task.Run(() => (CustomModelCheck.Read(part, cancel), IsArchive(part)), cancel);
        string file = isArchive ? "weights.th" : "weights.safetensors";
        string sha256 = await FileHash.OfAsync(part, null, cancel);
        File.Move(part, Path.Combine(stage, file));
        var model = new CustomModel(name, file, new FileInfo(Path.Combine(stage, file)).Length, sha256, config.Sources, config.SampleRateHz, config.SegmentSeconds);
        model.Write(stage);
        return model;
    }

    static async Task CopyAsync(Stream content, string part, CancellationToken cancel)
    {
        await using FileStream file = new(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] block = new byte[BlockBytes];
        for (int read; (read = await content.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancel)) > 0;)
        {
            if (file.Length + read > MostBytes) throw new PipelineException(Problem.BodyTooLarge, $"A weight file has at most {MostBytes >> 20} MiB.");
            await file.WriteAsync(block.AsMemory(0, read), cancel);
        }

        file.Flush(flushToDisk: true);
    }

    static bool IsArchive(string path)
    {
        using FileStream file = File.OpenRead(path);
        return file.ReadByte() == 'P' && file.ReadByte() == 'K';
    }

    /// <returns>False if there is something of that name.</returns>
    bool Publish(string stage, CustomModel model)
    {
        try
        {
            Directory.Move(stage, FolderOf(model.Name));
            return true;
        }
        catch (IOException) when (Directory.Exists(FolderOf(model.Name)))
        {
            return false;
        }
    }

    /// <exception cref="PipelineException"><see cref="Problem.ModelExists"/>: it is another.</exception>
    CustomModel Known(CustomModel model) => Find(model.Name) is { } there && there.Sha256 == model.Sha256 ? there
        : throw new PipelineException(Problem.ModelExists, $"'{model.Name}' is registered with other weights; remove it first, or choose another name.");

    /// <summary>What a process left behind that died in the middle.</summary>
    void SweepAbandoned()
    {
        foreach (string path in Directory.EnumerateDirectories(folder).Where(path => Path.GetFileName(path) is { } name && (name.StartsWith(Adding, StringComparison.Ordinal) || name.StartsWith(Removing, StringComparison.Ordinal))))
        {
            if (DateTime.UtcNow - Directory.GetLastWriteTimeUtc(path) > abandonedAfter) Directory.Delete(path, recursive: true);
        }
    }

    static bool IsName(string name) => UserNames.IsOne(name, LongestName) && !reserved.Contains(name);

    string FolderOf(string name) => Path.Combine(folder, name);
}
