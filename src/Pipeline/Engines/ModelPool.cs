using DgxMusic.Contracts;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Jobs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Engines;

/// <summary>
/// The models that are loaded, separators and generators alike. What a job has ended with stays for the next, for as long as the settings say; each has one user at a time, and
/// others wait their turn: a second copy would take twice the memory and the same processors.
/// </summary>
public sealed class ModelPool(
    SeparatorRegistry separators, IOptions<EngineOptions> options, TuningStore tuning, TimeProvider clock, ILogger<ModelPool> log, EngineRegistry? generators = null) : ISweep, IDisposable
{
    readonly Lock gate = new();
    readonly List<LoadedModel> models = [];
    readonly LinkedList<Waiting> queue = [];
    bool isClosed;

    sealed record Waiting(ModelKey Key, TaskCompletionSource<LoadedModel> Turn);

    /// <summary>Names of the models in memory, whether in use or not.</summary>
    public IReadOnlyList<string> Loaded
    {
        get
        {
            lock (gate) return [.. models.Where(model => model.Model is not null).Select(model => model.Key.Name)];
        }
    }

    /// <summary>The separator of that name, loaded; waits while somebody else uses it, or all that may be loaded.</summary>
    /// <param name="title">Of the music, as its owner says it.</param>
    /// <param name="run">Its <see cref="EngineRun.Stopping"/> ends the wait.</param>
    /// <exception cref="PipelineException">As <see cref="SeparatorRegistry.Find"/> says it; whatever the weights say; <see cref="Problem.ModelInitFailed"/>: it cannot be loaded now.</exception>
    public ModelLease<ISeparationModel> Lease(string name, string title, EngineRun run) => LeaseAsync(name, title, run).GetAwaiter().GetResult();

    /// <inheritdoc cref="Lease"/>
    public Task<ModelLease<ISeparationModel>> LeaseAsync(string name, string title, EngineRun run) => LeaseAsync<ISeparationModel>(separators.Find(name), title, run);

    /// <summary>The MusicGen of that name, loaded; waits as <see cref="Lease"/> does.</summary>
    /// <exception cref="PipelineException">As <see cref="EngineRegistry.FindWriter"/> says it; whatever the weights say; <see cref="Problem.ModelInitFailed"/>: it cannot be loaded now.</exception>
    public Task<ModelLease<MusicGenModel>> LeaseGeneratorAsync(string name, EngineRun run) =>
        LeaseAsync<MusicGenModel>((generators ?? throw new InvalidOperationException("This pool has separators only.")).FindWriter(name), "", run);

    async Task<ModelLease<TModel>> LeaseAsync<TModel>(IModelEngine engine, string title, EngineRun run)
        where TModel : class, IDisposable
    {
        if (!engine.StaysLoaded) return Fresh<TModel>(engine, title, run);
        EngineFacts facts = engine.FactsOf(run.OnCpu);
        string name = facts.Name;
        int threads = options.Value.Threads > 0 ? options.Value.Threads : (await tuning.FindAsync(facts, run.OnCpu, run.Stopping).ConfigureAwait(false))?.Threads ?? 0;
        LoadedModel mine = await EnterAsync(new(name, facts.WeightsSha256, run.OnCpu || facts.Device == SeparationDevices.Cpu), run.Stopping).ConfigureAwait(false);
        bool wasLoaded = mine.Model is not null;
        if (!wasLoaded) Load(mine, engine, title, run with { Threads = threads });
        return new((TModel)mine.Model!, mine.Facts!, mine.Numerics!, wasLoaded, isSuspect => Leave(mine, isSuspect));
    }

    /// <summary>Loads a model that will be asked for, and runs it once, so that the first window is as quick as the others.</summary>
    /// <inheritdoc cref="Lease" path="/exception"/>
    public async Task WarmAsync(string name, EngineRun run)
    {
        using ModelLease<ISeparationModel> lease = await LeaseAsync(name, "", run);
        await Task.Run(() => Rehearsal.Run(lease.Model, 1, () => { }, run.Stopping), run.Stopping);
    }

    /// <summary>All places, for who loads models himself, while nobody uses or wants any; null where somebody does. Those that are idle are let go.</summary>
    internal PoolReservation? TryReserve()
    {
        lock (gate)
        {
            if (isClosed || queue.Count > 0 || models.Any(model => model.IsInUse)) return null;
            foreach (LoadedModel idle in models.ToArray()) Unload(idle);
            LoadedModel[] places = [.. Enumerable.Range(0, options.Value.LoadedModels).Select(n => new LoadedModel(new($"reserved {n}", null, false)))];
            models.AddRange(places);
            return new(IsWanted, () => Release(places));
        }
    }

    /// <summary>Lets a model go at once, or once its user is done with it.</summary>
    public void Forget(string name)
    {
        lock (gate)
        {
            foreach (LoadedModel model in models.Where(model => model.Key.Name == name).ToArray())
            {
                model.IsSuspect = true;
                if (!model.IsInUse) Unload(model);
            }
        }
    }

    /// <summary>Lets models go that nobody has used for a while.</summary>
    public Task SweepAsync(CancellationToken cancel = default)
    {
        bool any;
        lock (gate)
        {
            LoadedModel[] idle = [.. models.Where(model => !model.IsInUse && clock.GetElapsedTime(model.LastUse) >= TimeSpan.FromMinutes(options.Value.IdleMinutes))];
            any = idle.Length > 0;
            foreach (LoadedModel model in idle) Unload(model);
        }

        // What tracks left behind in managed memory is as large as the model; while nothing runs, a collection disturbs nobody.
        if (any) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        lock (gate)
        {
            isClosed = true;
            foreach (LoadedModel model in models.Where(model => !model.IsInUse).ToArray()) Unload(model);
            foreach (Waiting waiting in queue) waiting.Turn.TrySetException(new ObjectDisposedException(nameof(ModelPool)));
            queue.Clear();
        }
    }

    ModelLease<TModel> Fresh<TModel>(IModelEngine engine, string title, EngineRun run)
        where TModel : class, IDisposable
    {
        var model = (TModel)engine.Load(title, run);
        return new(model, engine.FactsOf(run.OnCpu), engine.NumericsOf(run.OnCpu), wasLoaded: false, _ => Close(model, engine.Facts.Name));
    }

    Task<LoadedModel> EnterAsync(ModelKey key, CancellationToken cancel)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isClosed, this);
            cancel.ThrowIfCancellationRequested();
            // Nobody overtakes: who has waited for this model, or for room, has been tried before.
            if (queue.All(other => other.Key != key) && TryTake(key) is { } mine) return Task.FromResult(mine);
            var waiting = queue.AddLast(new Waiting(key, new(TaskCreationOptions.RunContinuationsAsynchronously)));
            CancellationTokenRegistration registration = cancel.Register(() => GiveUp(waiting, cancel));
            Task<LoadedModel> turn = waiting.Value.Turn.Task;
            turn.ContinueWith(_ => registration.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return turn;
        }
    }

    void GiveUp(LinkedListNode<Waiting> waiting, CancellationToken cancel)
    {
        lock (gate)
        {
            if (waiting.List is not null) queue.Remove(waiting);
            waiting.Value.Turn.TrySetCanceled(cancel);
        }
    }

    /// <summary>A place among the loaded models, in use from now on; null while there is none.</summary>
    LoadedModel? TryTake(ModelKey key)
    {
        if (models.Find(model => model.Key == key) is { } there) return there.TryUse() ? there : null;
        // Weights that were replaced since serve nobody.
        foreach (LoadedModel stale in models.Where(model => model.Key.Name == key.Name && model.Key.OnCpu == key.OnCpu && !model.IsInUse).ToArray()) Unload(stale);
        if (models.Count >= options.Value.LoadedModels)
        {
            if (models.Where(model => !model.IsInUse).MinBy(model => model.LastUse) is not { } oldest) return null;
            Unload(oldest);
        }

        var place = new LoadedModel(key);
        models.Add(place);
        return place;
    }

    void Load(LoadedModel place, IModelEngine engine, string title, EngineRun run)
    {
        try
        {
            (place.Facts, place.Numerics, place.Model) = (engine.FactsOf(run.OnCpu), engine.NumericsOf(run.OnCpu), engine.Load(title, run));
        }
        catch (Exception fault)
        {
            Leave(place, isSuspect: true);
            if (fault is PipelineException or OperationCanceledException or GpuFaultException) throw;
            log.LogWarning(fault, "{Model} could not be loaded.", engine.Facts.Name);
            throw new PipelineException(
                Problem.ModelInitFailed, $"{engine.Facts.Name} could not be loaded: {fault.Message.TrimEnd('.')}. The same request may succeed later; 'dgxmusic models verify' tells whether its weights are whole.");
        }
    }

    void Leave(LoadedModel model, bool isSuspect)
    {
        lock (gate)
        {
            model.Rest(clock.GetTimestamp());
            if (isSuspect || model.IsSuspect || isClosed) Unload(model);
            ServeQueue();
            if (options.Value.IdleMinutes == 0 && !model.IsInUse) Unload(model);
        }
    }

    bool IsWanted()
    {
        lock (gate) return isClosed || queue.Count > 0;
    }

    void Release(LoadedModel[] places)
    {
        foreach (LoadedModel place in places) Leave(place, isSuspect: true);
    }

    void ServeQueue()
    {
        for (LinkedListNode<Waiting>? next = queue.First; next is not null;)
        {
            LinkedListNode<Waiting> waiting = next;
            next = next.Next;
            if (TryTake(waiting.Value.Key) is not { } free) continue;
            queue.Remove(waiting);
            waiting.Value.Turn.SetResult(free);
        }
    }

    void Unload(LoadedModel model)
    {
        if (models.Remove(model)) Close(model.Model, model.Key.Name);
    }

    /// <summary>What was made with a model is not worse because it does not end well.</summary>
    void Close(IDisposable? model, string name)
    {
        try
        {
            model?.Dispose();
        }
        catch (Exception fault)
        {
            log.LogError(fault, "{Model} could not be let go cleanly.", name);
        }
    }
}
