using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.Text;

namespace DgxMusic.Models.Weights;

/// <summary>One installation: takes the model's lock, fetches what is missing under another name, checks it, and renames it.</summary>
sealed class ModelInstaller(ModelInfo model, string folder, string? from, DownloadRules rules, IProgress<InstallProgress>? progress)
{
    static readonly TimeSpan betweenLooks = TimeSpan.FromMilliseconds(200);

    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            Directory.CreateDirectory(folder);
            await using FileStream hold = await LockAsync(cancel);
            InstallRecord? before = InstallRecord.Read(folder);
            var files = new List<InstalledFile>();
            foreach (ModelFile file in model.Files) files.Add(await InstallAsync(file, before, files.Count + 1, cancel));
            Check(files);
            new InstallRecord(model.Name, model.Licence.Name, files).Write(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            string reason = $"{model.Name} could not be written to {folder}: {fault.Message.TrimEnd('.')}";
            throw new PipelineException(Problem.StorageWriteFailed, $"{reason}. What arrived stays there, and the next installation goes on from it.");
        }
    }

    /// <summary>The file, or the one that does as well: what is here already, else what is there to be had.</summary>
    async Task<InstalledFile> InstallAsync(ModelFile file, InstallRecord? before, int number, CancellationToken cancel)
    {
        foreach (ModelFile form in file.Forms)
        {
            if (await FindInstalledAsync(form, before, number, cancel) is { } there) return there;
        }

        if (file.OrElse is not { } other) return await FetchAsync(file, number, cancel);
        try
        {
            return await FetchAsync(file, number, cancel);
        }
        catch (PipelineException fault) when (fault.Problem == Problem.FileNotFound || fault.Problem == Problem.DownloadFailed)
        {
            return await FetchAsync(other, number, cancel);
        }
    }

    /// <summary>Whether the files are what they should be and go together, before they are known as installed.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.WeightsUnreadable"/>, <see cref="Problem.WeightsRefused"/>, <see cref="Problem.WeightsMismatch"/>.</exception>
    void Check(IReadOnlyList<InstalledFile> files)
    {
        foreach (string weights in model.Weights) WeightFile.Open(Path.Combine(folder, weights)).Dispose();
        if (model.Task != ModelInfo.Generation) return;
        string tokenizer = files.Select(file => file.Name).First(name => name is "spiece.model" or "tokenizer.json");
        UnigramTokenizer.Read(Path.Combine(folder, tokenizer), MusicGenConfig.Read(Path.Combine(folder, "config.json")).Text);
    }

    /// <summary>The file if it is there already and is the right one.</summary>
    async Task<InstalledFile?> FindInstalledAsync(ModelFile file, InstallRecord? before, int number, CancellationToken cancel)
    {
        InstalledFile? known = before?.Files.FirstOrDefault(candidate => candidate.Name == file.Name);
        string path = Path.Combine(folder, file.Name);
        if (!File.Exists(path) || (file.Sha256 ?? known?.Sha256) is not { } expected) return null;
        long length = new FileInfo(path).Length;
        string sha256 = await FileHash.OfAsync(path, done => Report("checking", file, number, done, length), cancel);
        return sha256 == expected ? new InstalledFile(file.Name, length, sha256, known?.Source ?? path) : null;
    }

    async Task<InstalledFile> FetchAsync(ModelFile file, int number, CancellationToken cancel)
    {
        string target = Path.Combine(folder, file.Name), part = target + ".part";
        ModelSource source = ModelSource.Of(model, file, from);
        string? announced = null;
        if (source.File is { } local) await CopyAsync(local, part, file, number, cancel);
        else announced = await new Download(source.Address!, part, file, rules, (done, total) => Report("downloading", file, number, done, total)).RunAsync(cancel);

        long length = new FileInfo(part).Length;
        string sha256 = await FileHash.OfAsync(part, done => Report("checking", file, number, done, length), cancel);
        string? expected = file.Sha256 ?? announced;
        if ((file.Bytes is { } bytes && bytes != length) || (expected is not null && expected != sha256))
        {
            Download.Discard(part);
            string difference = $"it has {length} bytes with the SHA-256 {sha256}, not {expected ?? $"{file.Bytes} bytes"}";
            throw new PipelineException(Problem.HashMismatch, $"{source} is not the published {file.Name}: {difference}. It was removed; install again, or from another place. {model.OwnWeights}");
        }

        if (expected is null && file.Name.EndsWith(".json", StringComparison.Ordinal)) CheckJson(part, source);
        File.Move(part, target, overwrite: true);
        Download.Discard(part);
        return new InstalledFile(file.Name, length, sha256, source.ToString());
    }

    /// <summary>Where no hash is known, at least a page that asks people to log in is not taken for settings.</summary>
    static void CheckJson(string part, ModelSource source)
    {
        try
        {
            using FileStream stream = File.OpenRead(part);
            using var json = JsonDocument.Parse(stream);
        }
        catch (JsonException)
        {
            Download.Discard(part);
            throw new PipelineException(Problem.DownloadFailed, $"{source} is not JSON. It was removed; install again, or from another place.");
        }
    }

    async Task CopyAsync(string local, string part, ModelFile file, int number, CancellationToken cancel)
    {
        if (!File.Exists(local)) throw Missing(local);
        await using FileStream source = new(local, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        Download.Discard(part);
        Download.CheckSpace(part, source.Length, rules);
        await using FileStream copy = new(part, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] block = new byte[1 << 20];
        for (int read; (read = await source.ReadAsync(block, cancel)) > 0;)
        {
            await copy.WriteAsync(block.AsMemory(0, read), cancel);
            Report("copying", file, number, copy.Length, source.Length);
        }

        copy.Flush(flushToDisk: true);
    }

    PipelineException Missing(string local)
    {
        IEnumerable<string> needed = model.Files.Select(file => string.Join(" or ", file.Forms.Select(form => form.Name)));
        return new(Problem.FileNotFound, $"There is no file {local}; {model.Name} needs {string.Join(", ", needed)}, as they were published. {model.OwnWeights}");
    }

    /// <summary>Holds off other installations of this model, in this process and in others. The system lets go when the process dies.</summary>
    async Task<FileStream> LockAsync(CancellationToken cancel)
    {
        string path = Path.Combine(Path.GetDirectoryName(folder)!, $".{model.Name}.lock");
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                progress?.Report(new("waiting", model.Name, 0, model.Files.Count, 0, null));
                await Task.Delay(betweenLooks, cancel);
            }
        }
    }

    void Report(string phase, ModelFile file, int number, long done, long? total) => progress?.Report(new(phase, file.Name, number, model.Files.Count, done, total));
}
