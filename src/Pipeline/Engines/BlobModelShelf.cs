using DgxMusic.Contracts;
using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DgxMusic.Pipeline.Engines;

/// <summary>Models in the blob store, for hosts of several machines: <c>models/{model}/{file}</c>, as a models folder has them.</summary>
/// <param name="folder">Of this machine's <see cref="ModelStore"/>; gets the records of what is there, and the files once they are used.</param>
public sealed class BlobModelShelf(IBlobStore store, string folder, TimeProvider clock) : IModelShelf
{
    /// <summary>Stands in the folders that came from the shelf, and may go with what is there.</summary>
    const string Marker = ".shelf";

    static readonly string[] recordNames = ["installed.json", "custom.json"];

    /// <summary>Between two looks for names that nobody knows: who asks for nonsense does not keep the store busy.</summary>
    static readonly TimeSpan pause = TimeSpan.FromSeconds(2);

    IReadOnlyDictionary<(string Model, string File), BlobInfo> files = new Dictionary<(string, string), BlobInfo>();
    readonly Lock gate = new();
    Task looking = Task.CompletedTask;
    long lookedAt;

    /// <summary>Looks at what is there now: new models are known, and those that are gone forgotten.</summary>
    public Task RefreshAsync(CancellationToken cancel = default)
    {
        // One after the other: two would take up the same model at once.
        lock (gate) return looking = LookAfterAsync(looking, cancel);
    }

    /// <summary>Models of which there are files, as they were last looked at, and no record: nobody here knows them.</summary>
    public IReadOnlyList<string> WithoutRecord =>
        [.. files.Keys.GroupBy(key => key.Model).Where(model => !model.Any(key => recordNames.Contains(key.File))).Select(model => model.Key).Order(StringComparer.Ordinal)];

    public long? BytesOf(string model, string file) => files.GetValueOrDefault((model, file))?.Bytes;

    public void LookAgain()
    {
        if (clock.GetElapsedTime(lookedAt) < pause) return;
        try
        {
            Task.Run(() => RefreshAsync()).GetAwaiter().GetResult();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Then the name stays unknown, which is what the caller hears.
        }
    }

    public void Fetch(string model, string file, string path)
    {
        try
        {
            Task.Run(() => BringAsync(new(Containers.Models, $"{model}/{file}"), path, default)).GetAwaiter().GetResult();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new PipelineException(Problem.ModelInitFailed, $"{file} of '{model}' could not be brought to this machine: {fault.Message.TrimEnd('.')}.");
        }
    }

    public async Task PutAsync(string model, string folder, string record, CancellationToken cancel = default)
    {
        byte[] content = await File.ReadAllBytesAsync(Path.Combine(folder, record), cancel);
        BlobRef name = new(Containers.Models, $"{model}/{record}");
        if (await ReadAsync(name, cancel) is { } there)
        {
            if (there.AsSpan().SequenceEqual(content)) return;
            throw new PipelineException(Problem.ModelExists, $"'{model}' is registered with other weights; remove it first, or choose another name.");
        }

        foreach (string path in Directory.EnumerateFiles(folder).Where(path => Path.GetFileName(path) is { } file && file != record && file != Marker)) await SaveAsync(new(Containers.Models, $"{model}/{Path.GetFileName(path)}"), path, cancel);
        await SaveAsync(name, Path.Combine(folder, record), cancel);
        await File.WriteAllBytesAsync(Path.Combine(folder, Marker), [], cancel);
        await RefreshAsync(cancel);
    }

    public async Task RemoveAsync(string model, string record, CancellationToken cancel = default)
    {
        await store.DeleteAsync(new(Containers.Models, $"{model}/{record}"), cancel);
        await foreach (BlobInfo blob in store.ListAsync(Containers.Models, model + "/", cancel)) await store.DeleteAsync(blob.Ref, cancel);
        files = files.Where(one => one.Key.Model != model).ToDictionary();
    }

    async Task LookAfterAsync(Task before, CancellationToken cancel)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lookedAt = clock.GetTimestamp();
        Dictionary<(string Model, string File), BlobInfo> found = [];
        await foreach (BlobInfo blob in store.ListAsync(Containers.Models, "", cancel))
            if (blob.Ref.Path.Split('/') is [{ } model, { } file]) found[(model, file)] = blob;
        foreach (IGrouping<string, BlobInfo> model in found.Where(one => recordNames.Contains(one.Key.File)).GroupBy(one => one.Key.Model, one => one.Value)) await TakeUpAsync(model.Key, model.First(), cancel);
        files = found;
        ForgetOthers(found.Keys.Where(key => recordNames.Contains(key.File)).Select(key => key.Model));
    }

    /// <summary>Brings a model's record; where it is another than before, the weights that came with the old one go.</summary>
    async Task TakeUpAsync(string model, BlobInfo record, CancellationToken cancel)
    {
        string target = Path.Combine(folder, model), path = Path.Combine(target, Path.GetFileName(record.Ref.Path)), marker = Path.Combine(target, Marker);
        bool isOurs = File.Exists(marker);
        if (isOurs && await File.ReadAllTextAsync(marker, cancel) == record.ETag && File.Exists(path)) return;
        if (Directory.Exists(target) && !isOurs) return;   // installed on this machine itself
        if (isOurs && await ReadAsync(record.Ref, cancel) is { } content && File.Exists(path) && !(await File.ReadAllBytesAsync(path, cancel)).AsSpan().SequenceEqual(content)) Directory.Delete(target, recursive: true);
        Directory.CreateDirectory(target);
        await BringAsync(record.Ref, path, cancel);
        await File.WriteAllTextAsync(marker, record.ETag, cancel);
    }

    void ForgetOthers(IEnumerable<string> known)
    {
        if (!Directory.Exists(folder)) return;
        HashSet<string> kept = [.. known];
        foreach (string path in Directory.EnumerateDirectories(folder))
            if (File.Exists(Path.Combine(path, Marker)) && !kept.Contains(Path.GetFileName(path))) Directory.Delete(path, recursive: true);
    }

    async Task BringAsync(BlobRef blob, string path, CancellationToken cancel)
    {
        string part = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            await using (Stream source = await store.OpenReadAsync(blob, cancel) ?? throw new FileNotFoundException($"{blob} is gone."))
            await using (FileStream target = new(part, FileMode.CreateNew, FileAccess.Write))
                await source.CopyToAsync(target, cancel);
            File.Move(part, path, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    async Task<byte[]?> ReadAsync(BlobRef blob, CancellationToken cancel)
    {
        await using Stream? stream = await store.OpenReadAsync(blob, cancel);
        if (stream is null) return null;
        byte[] content = new byte[stream.Length];
        await stream.ReadExactlyAsync(content, cancel);
        return content;
    }

    async Task SaveAsync(BlobRef blob, string path, CancellationToken cancel)
    {
        await using FileStream file = File.OpenRead(path);
        await using BlobWriter writer = await store.CreateAsync(blob, cancel, file.Length);
        await file.CopyToAsync(writer.Stream, cancel);
        await writer.CommitAsync(cancel);
    }
}

/// <summary>Looks at the shelf before the host serves, and once a minute from then on.</summary>
sealed class ShelfTimer(BlobModelShelf shelf, TimeProvider clock, ILogger<ShelfTimer> log) : BackgroundService
{
    static readonly TimeSpan interval = TimeSpan.FromMinutes(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await TryAsync(stoppingToken);
    }

    async Task TryAsync(CancellationToken cancel)
    {
        try
        {
            await shelf.RefreshAsync(cancel);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogError(fault, "The models of the blob store could not be looked at; the next look is in {Seconds} s.", interval.TotalSeconds);
        }
    }
}
