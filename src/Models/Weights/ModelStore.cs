using DgxMusic.Contracts;

namespace DgxMusic.Models.Weights;

/// <summary>The models in a folder: one folder a model, with the files as they were published.</summary>
public sealed class ModelStore
{
    readonly IReadOnlyList<ModelInfo> catalog;
    readonly DownloadRules rules;
    readonly IModelShelf? shelf;

    /// <param name="shelf">Where this machine has its models from; null: they are in the folder alone.</param>
    public ModelStore(string folder, IModelShelf? shelf = null)
        : this(folder, ModelCatalog.All, new DownloadRules(), shelf)
    {
    }

    internal ModelStore(string folder, IReadOnlyList<ModelInfo> catalog, DownloadRules rules, IModelShelf? shelf = null)
    {
        (Folder, this.catalog, this.rules, this.shelf) = (Path.GetFullPath(folder), catalog, rules, shelf);
        Custom = new(Folder, shelf);
    }

    public string Folder { get; }

    /// <summary>Those that were registered here, in the same folder.</summary>
    public CustomModels Custom { get; }

    public Task<IReadOnlyList<ModelStatus>> ListAsync(CancellationToken cancel = default) =>
        Task.Run<IReadOnlyList<ModelStatus>>(() => [.. catalog.Select(Status)], cancel);

    /// <summary>Looks at once for what was put on the shelf a moment ago; without a shelf, nothing.</summary>
    public void LookAgain() => shelf?.LookAgain();

    public bool IsInstalled(string name) => Status(Find(name)).State == ModelState.Installed;

    /// <summary>The paths for <see cref="WeightFile.Open"/>, in the order that the model needs them.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.ModelNotInstalled"/>, naming the command that installs it.</exception>
    public IReadOnlyList<string> Weights(string name) => [.. Find(name).Weights.Select(file => PathOf(name, file))];

    /// <summary>Any file of an installed model, such as its tokenizer, in the form in which it was installed.</summary>
    /// <inheritdoc cref="Weights"/>
    public string PathOf(string name, string file)
    {
        if (!IsInstalled(name)) throw NotInstalled(name);
        if (Find(name).FileOf(file) is { } known) file = FormOf(known, InstallRecord.Read(FolderOf(name))).Name;
        string path = Path.Combine(FolderOf(name), file);
        if (!File.Exists(path)) shelf?.Fetch(name, file, path);
        return path;
    }

    /// <summary>The same of a published or a custom model, read through and compared with their hashes: nothing else is loaded under that name.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.ModelNotInstalled"/>; <see cref="Problem.HashMismatch"/>: a file was changed since.</exception>
    public IReadOnlyList<string> VerifiedWeights(string name)
    {
        if (Custom.Find(name) is { } custom)
        {
            string path = Custom.PathOf(custom);
            Require(path, custom.Sha256, "remove the model and add it again");
            return [path];
        }

        // Weights in several files are opened by their index: all of them are looked at, and brought here.
        ModelInfo model = Find(name);
        InstallRecord? record = InstallRecord.Read(FolderOf(name));
        foreach (ModelFile file in model.Files.Where(file => file.Sha256 is not null || model.Weights.Contains(file.Name)))
        {
            string path = PathOf(name, file.Name);
            string? expected = file.Sha256 ?? record?.Files.FirstOrDefault(known => known.Name == file.Name)?.Sha256;
            if (expected is not null) Require(path, expected, $"'dgxmusic models install {name}' gets it again");
        }

        return Weights(name);
    }

    /// <summary>Downloads what is missing, checks it and makes it known at once. Two installations of one model take turns; the second finds the work done.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.LicenceNotAccepted"/>, <see cref="Problem.DownloadFailed"/>, <see cref="Problem.HashMismatch"/>,
    /// <see cref="Problem.FileNotFound"/>, <see cref="Problem.StorageWriteFailed"/> or, for files whose hash nobody knows, <see cref="Problem.WeightsUnreadable"/>.</exception>
    public async Task<ModelStatus> InstallAsync(InstallRequest request, IProgress<InstallProgress>? progress = null, CancellationToken cancel = default)
    {
        ModelInfo model = Find(request.Name);
        if (model.Licence.MustBeAccepted && !request.AcceptLicence)
            throw new PipelineException(Problem.LicenceNotAccepted, $"{model.Licence.Summary} Read it at {model.Licence.Address}; to accept it, add --accept-licence.");
        await new ModelInstaller(model, FolderOf(model.Name), request.From, rules, progress).RunAsync(cancel);
        return Status(model);
    }

    /// <summary>Reads a model's files through and compares them with what was published, or else with what was installed.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.ModelNotInstalled"/>.</exception>
    public async Task<VerifiedModel> VerifyAsync(string name, IProgress<InstallProgress>? progress = null, CancellationToken cancel = default)
    {
        if (Custom.Find(name) is { } custom) return await VerifyAsync(custom, progress, cancel);
        ModelInfo model = Find(name);
        InstallRecord record = InstallRecord.Read(FolderOf(name)) ?? throw NotInstalled(name);
        var files = new List<VerifiedFile>();
        foreach (ModelFile file in model.Files.Select(file => FormOf(file, record)))
        {
            string? expected = file.Sha256 ?? record.Files.FirstOrDefault(known => known.Name == file.Name)?.Sha256;
            string path = Path.Combine(FolderOf(name), file.Name);
            string? actual = null;
            if (File.Exists(path))
            {
                (int number, long length) = (files.Count + 1, new FileInfo(path).Length);
                actual = await FileHash.OfAsync(path, done => progress?.Report(new("checking", file.Name, number, model.Files.Count, done, length)), cancel);
            }

            string? fault = actual is null ? "The file is missing." : actual == expected ? null : $"The file has the SHA-256 {actual}, not {expected ?? "one that was recorded"}.";
            files.Add(new VerifiedFile(file.Name, actual, file.Sha256 is not null, fault));
        }

        return new VerifiedModel(name, files);
    }

    async Task<VerifiedModel> VerifyAsync(CustomModel model, IProgress<InstallProgress>? progress, CancellationToken cancel)
    {
        string actual = await FileHash.OfAsync(Custom.PathOf(model), done => progress?.Report(new("checking", model.File, 1, 1, done, model.Bytes)), cancel);
        return new(model.Name, [new(model.File, actual, Published: false, actual == model.Sha256 ? null : $"The file has the SHA-256 {actual}, not {model.Sha256}.")]);
    }

    static void Require(string path, string expected, string remedy)
    {
        string actual = FileHash.Of(path);
        if (actual != expected)
            throw new PipelineException(Problem.HashMismatch, $"{Path.GetFileName(path)} has the SHA-256 {actual}, not {expected}: it was changed since it came here; {remedy}.");
    }

    ModelStatus Status(ModelInfo model)
    {
        var folder = new DirectoryInfo(FolderOf(model.Name));
        Dictionary<string, long> there = folder.Exists ? folder.EnumerateFiles().ToDictionary(file => file.Name, file => file.Length) : [];
        bool complete = InstallRecord.Read(folder.FullName) is { } record
            && model.Files.All(file => record.Files.Any(known => file.Forms.Any(form => form.Name == known.Name) && BytesOf(known.Name) == known.Bytes));
        return new ModelStatus(model, complete ? ModelState.Installed : there.Count > 0 ? ModelState.Partial : ModelState.Missing, folder.FullName, there.Values.Sum());

        long? BytesOf(string file) => there.TryGetValue(file, out long bytes) ? bytes : shelf?.BytesOf(model.Name, file);
    }

    /// <summary>The one of its forms that was installed.</summary>
    static ModelFile FormOf(ModelFile file, InstallRecord? record) => file.Forms.FirstOrDefault(form => record?.Files.Any(known => known.Name == form.Name) ?? false) ?? file;

    ModelInfo Find(string name) => catalog.FirstOrDefault(model => model.Name == name) ?? ModelCatalog.Find(name);

    PipelineException NotInstalled(string name) => new(Problem.ModelNotInstalled, $"The weights of '{name}' are not installed in {Folder}; 'dgxmusic models install {name}' installs them.");

    string FolderOf(string name) => Path.Combine(Folder, name);
}
