using DgxMusic.Contracts;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Tests.Memory;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Tests.Engines;

public sealed class ModelPoolTests : IDisposable
{
    readonly FakeSeparator one = new("one"), two = new("two"), three = new("three"), mock = new("mock") { StaysLoaded = false }, stiff = new("stiff") { FailsToClose = true };
    readonly TestClock clock = new();
    readonly MemoryCatalog catalog = new();
    readonly EngineOptions options = new();
    readonly ModelPool pool;

    public ModelPoolTests() => pool = new(
        new(new ModelStore("nowhere"), new EngineSwitches(), [one, two, three, mock, stiff]), Options.Create(options), new(catalog, new NoGpuProbe()), clock, NullLogger<ModelPool>.Instance);

    public void Dispose() => pool.Dispose();

    [Fact]
    [Trait("Requirement", "D-49")]
    public void Lease_AfterOneEnded_FindsTheModelLoaded()
    {
        using (ModelLease<ISeparationModel> first = pool.Lease("one", "a", new())) Assert.Equal((false, "hash", "one"), (first.WasLoaded, first.Facts.WeightsSha256, first.Model.Name));
        using ModelLease<ISeparationModel> second = pool.Lease("one", "b", new());
        Assert.True(second.WasLoaded);
        Assert.Same(Assert.Single(one.Opened), second.Model);
        Assert.False(one.Opened[0].IsDisposed);
    }

    [Fact]
    [Trait("Requirement", "D-49")]
    public async Task Lease_OfAModelInUse_WaitsAndComesInOrder()
    {
        options.LoadedModels = 2;
        ModelLease<ISeparationModel> first = pool.Lease("one", "", new());
        Task<ModelLease<ISeparationModel>> second = pool.LeaseAsync("one", "", new()), third = pool.LeaseAsync("one", "", new());
        Assert.Equal((false, false, 1), (second.IsCompleted, third.IsCompleted, one.Opened.Count));
        using (ModelLease<ISeparationModel> other = pool.Lease("two", "", new())) Assert.False(second.IsCompleted);
        first.Dispose();
        ModelLease<ISeparationModel> next = await second;
        Assert.Equal((true, false), (next.WasLoaded, third.IsCompleted));
        next.Dispose();
        next.Dispose();
        using ModelLease<ISeparationModel> last = await third;
        Assert.Same(Assert.Single(one.Opened), last.Model);
    }

    [Fact]
    [Trait("Requirement", "D-49")]
    public async Task Lease_NoRoomForOneMore_WaitsForItAndIsNotOvertaken()
    {
        ModelLease<ISeparationModel> first = pool.Lease("one", "", new());
        Task<ModelLease<ISeparationModel>> other = pool.LeaseAsync("two", "", new()), again = pool.LeaseAsync("one", "", new());
        Assert.False(other.IsCompleted);
        first.Dispose();
        ModelLease<ISeparationModel> second = await other;
        Assert.Equal((1, 0, false), (two.Open, one.Open, again.IsCompleted));
        second.Dispose();
        using ModelLease<ISeparationModel> third = await again;
        Assert.Equal((2, false, 0), (one.Opened.Count, third.WasLoaded, two.Open));
    }

    [Fact]
    [Trait("Requirement", "D-49")]
    public async Task Lease_WaitGivenUp_LeavesTheTurnToOthers()
    {
        ModelLease<ISeparationModel> first = pool.Lease("one", "", new());
        using var stop = new CancellationTokenSource();
        Task<ModelLease<ISeparationModel>> given = pool.LeaseAsync("one", "", new(Stopping: stop.Token)), other = pool.LeaseAsync("one", "", new());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.False(other.IsCompleted);
        first.Dispose();
        (await other).Dispose();
        Assert.ThrowsAny<OperationCanceledException>(() => pool.Lease("one", "", new(Stopping: stop.Token)));
        Assert.Single(one.Opened);
    }

    [Fact]
    [Trait("Requirement", "D-49")]
    public void Lease_OfMoreModelsThanAllowed_LetsTheLeastRecentlyUsedGoFirst()
    {
        options.LoadedModels = 2;
        foreach (string name in (string[])["one", "two", "one"])
        {
            pool.Lease(name, "", new()).Dispose();
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        int goneWhenLoading = -1;
        three.WhileLoading = () => goneWhenLoading = two.Open;
        pool.Lease("three", "", new()).Dispose();
        Assert.Equal((1, 0, 1), (one.Open, two.Open, three.Open));
        Assert.Equal(0, goneWhenLoading);
        Assert.Equal(["one", "three"], pool.Loaded.Order());
    }

    [Fact]
    [Trait("Requirement", "D-49")]
    public async Task Sweep_ModelUnusedForTheTime_LetsItGo()
    {
        options.LoadedModels = 2;
        pool.Lease("one", "", new()).Dispose();
        ModelLease<ISeparationModel> busy = pool.Lease("two", "", new());
        clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        await pool.SweepAsync();
        Assert.Equal(1, one.Open);
        clock.Advance(TimeSpan.FromTicks(1));
        await pool.SweepAsync();
        Assert.Equal((0, 1), (one.Open, two.Open));
        busy.Dispose();
        await pool.SweepAsync();
        Assert.Equal(1, two.Open);
        Assert.False(pool.Lease("one", "", new()).WasLoaded);
    }

    [Fact]
    [Trait("Requirement", "D-49")]
    public async Task Lease_ToldNotToKeep_StillServesWhoWaits()
    {
        options.IdleMinutes = 0;
        ModelLease<ISeparationModel> first = pool.Lease("one", "", new());
        Task<ModelLease<ISeparationModel>> waiting = pool.LeaseAsync("one", "", new());
        first.Dispose();
        using (ModelLease<ISeparationModel> second = await waiting) Assert.True(second.WasLoaded);
        Assert.Equal((1, 0), (one.Opened.Count, one.Open));
    }

    [Fact]
    [Trait("Requirement", "D-49")]
    public async Task Warm_LoadsAndRunsOnceBeforeAnybodyAsks()
    {
        await pool.WarmAsync("one", new());
        using ModelLease<ISeparationModel> lease = pool.Lease("one", "", new());
        Assert.Equal((true, 1), (lease.WasLoaded, Assert.Single(one.Opened).Runs));
    }

    [Theory]
    [Trait("Requirement", "D-51")]
    [InlineData(0, 3)]
    [InlineData(5, 5)]
    public async Task Lease_OfAMeasuredModel_LoadsItWithTheThreadsThatWereFastest(int setting, int threads)
    {
        options.Threads = setting;
        await new TuningStore(catalog, new NoGpuProbe()).MeasuredAsync(one.Facts, true, new Dictionary<int, double> { [6] = 2, [3] = 1.5, [1] = 4 });
        pool.Lease("one", "", new()).Dispose();
        pool.Lease("two", "", new()).Dispose();
        Assert.Equal((threads, setting), (one.Opened[0].Threads, two.Opened[0].Threads));
    }

    [Fact]
    [Trait("Requirement", "D-51")]
    public async Task TryReserve_NobodyThere_TakesAllPlacesUntilSomebodyIsServed()
    {
        options.LoadedModels = 2;
        ModelLease<ISeparationModel> busy = pool.Lease("one", "", new());
        Assert.Null(pool.TryReserve());
        busy.Dispose();
        PoolReservation place = pool.TryReserve()!;
        Assert.Equal((0, false), (one.Open, place.IsWanted));
        Assert.Null(pool.TryReserve());
        Task<ModelLease<ISeparationModel>> waiting = pool.LeaseAsync("two", "", new());
        Assert.Equal((false, true), (waiting.IsCompleted, place.IsWanted));
        place.Dispose();
        place.Dispose();
        (await waiting).Dispose();
        Assert.Equal(["two"], pool.Loaded);
    }

    [Fact]
    [Trait("Requirement", "D-49")]
    public void Lease_OtherWeightsOrDevice_IsAnotherModel()
    {
        options.LoadedModels = 2;
        pool.Lease("two", "", new()).Dispose();
        using (ModelLease<ISeparationModel> same = pool.Lease("two", "", new(OnCpu: true))) Assert.True(same.WasLoaded);
        pool.Forget("two");
        one.Facts = one.Facts with { Device = "cuda" };
        pool.Lease("one", "", new()).Dispose();
        Assert.False(pool.Lease("one", "", new(OnCpu: true)).WasLoaded);
        one.Facts = one.Facts with { WeightsSha256 = "another hash" };
        using ModelLease<ISeparationModel> renewed = pool.Lease("one", "", new());
        Assert.Equal((false, "another hash"), (renewed.WasLoaded, renewed.Facts.WeightsSha256));
        Assert.True(one.Opened[0].IsDisposed);
    }

    [Fact]
    [Trait("Requirement", "X-10")]
    [Trait("Requirement", "D-49")]
    public void Lease_OfAMock_IsOfThisTitleAlone()
    {
        FakeModel first, second;
        using (ModelLease<ISeparationModel> lease = pool.Lease("mock", "a", new())) first = (FakeModel)lease.Model;
        using (ModelLease<ISeparationModel> lease = pool.Lease("mock", "b", new())) second = (FakeModel)lease.Model;
        Assert.Equal(("a", "b", true, true), (first.Title, second.Title, first.IsDisposed, second.IsDisposed));
        Assert.All(new EngineSwitches { DemucsMock = true } is var on ? new SeparatorRegistry(new ModelStore("nowhere"), on).All : [], engine => Assert.False(engine.StaysLoaded));
    }

    [Fact]
    [Trait("Requirement", "D-11")]
    public async Task Lease_ModelThatDoesNotLoad_IsAProblemThatMayPass()
    {
        one.Fault = new IOException("Input/output error");
        PipelineException refusal = Assert.Throws<PipelineException>(() => pool.Lease("one", "", new()));
        Assert.Equal((Problem.ModelInitFailed, "MODEL_INIT_FAILED", 503), (refusal.Problem, refusal.Problem.Code, refusal.Problem.Status));
        Assert.Contains("one could not be loaded: Input/output error. The same request may succeed later", refusal.Message, StringComparison.Ordinal);
        Task<ModelLease<ISeparationModel>> failing = null!;
        one.WhileLoading = () => { one.WhileLoading = null; failing = pool.LeaseAsync("one", "", new()); };
        Assert.Throws<PipelineException>(() => pool.Lease("one", "", new()));
        // Who waited meanwhile tries by himself.
        await Assert.ThrowsAsync<PipelineException>(() => failing);
        one.Fault = null;
        using ModelLease<ISeparationModel> lease = pool.Lease("one", "", new());
        Assert.False(lease.WasLoaded);
    }

    [Fact]
    [Trait("Requirement", "D-11")]
    public void Lease_FaultWithANameOfItsOwn_KeepsIt()
    {
        foreach (Problem problem in (Problem[])[Problem.WeightsMismatch, Problem.WeightsRefused, Problem.WeightsUnreadable, Problem.ModelNotInstalled])
        {
            one.Fault = new PipelineException(problem, "A sentence.");
            PipelineException refusal = Assert.Throws<PipelineException>(() => pool.Lease("one", "", new()));
            Assert.Equal((problem, "A sentence."), (refusal.Problem, refusal.Message));
        }

        one.Fault = new GpuMemoryException("Full.");
        Assert.Throws<GpuMemoryException>(() => pool.Lease("one", "", new()));
        one.Fault = new OperationCanceledException();
        Assert.Throws<OperationCanceledException>(() => pool.Lease("one", "", new()));
        Assert.Equal(Problem.ModelNotInstalled, Assert.Throws<PipelineException>(() => pool.Lease("htdemucs", "", new())).Problem);
        Assert.Equal(Problem.InvalidRequest, Assert.Throws<PipelineException>(() => pool.Lease("umx", "", new())).Problem);
    }

    [Fact]
    [Trait("Requirement", "D-12")]
    public void Lease_Discarded_IsLoadedAnew()
    {
        using (ModelLease<ISeparationModel> lease = pool.Lease("one", "", new())) lease.Discard();
        Assert.Equal(0, one.Open);
        Assert.False(pool.Lease("one", "", new()).WasLoaded);
    }

    [Fact]
    [Trait("Requirement", "D-12")]
    public void Lease_ModelThatFailsToClose_HidesNothing()
    {
        using (ModelLease<ISeparationModel> lease = pool.Lease("stiff", "", new())) lease.Discard();
        Assert.Empty(pool.Loaded);
        using ModelLease<ISeparationModel> next = pool.Lease("one", "", new());
        Assert.False(next.WasLoaded);
    }

    [Fact]
    [Trait("Requirement", "D-12")]
    public async Task Dispose_LetsAllGo_ThoseInUseAtTheEndOfTheirLease()
    {
        options.LoadedModels = 2;
        pool.Lease("one", "", new()).Dispose();
        ModelLease<ISeparationModel> busy = pool.Lease("two", "", new());
        Task<ModelLease<ISeparationModel>> waiting = pool.LeaseAsync("two", "", new());
        pool.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        Assert.Equal((0, 1), (one.Open, two.Open));
        busy.Dispose();
        Assert.Equal(0, two.Open);
        Assert.Throws<ObjectDisposedException>(() => pool.Lease("one", "", new()));
    }

    [Fact]
    [Trait("Requirement", "D-49")]
    public async Task Lease_ByManyAtOnce_IsOneUserAtATimeAndLoadsNoMoreThanAllowed()
    {
        options.LoadedModels = 2;
        FakeSeparator[] all = [one, two, three];
        int[] users = new int[all.Length];
        int faults = 0, most = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (int n = 0; n < 200; n++)
            {
                int which = (worker + (n * n)) % all.Length;
                using ModelLease<ISeparationModel> lease = await pool.LeaseAsync(all[which].Facts.Name, "", new());
                if (Interlocked.Increment(ref users[which]) != 1 || ((FakeModel)lease.Model).IsDisposed) Interlocked.Increment(ref faults);
                int loaded = pool.Loaded.Count;
                for (int seen = most; loaded > seen && Interlocked.CompareExchange(ref most, loaded, seen) != seen; seen = most) { }
                if (n % 7 == 0) await Task.Yield();
                Interlocked.Decrement(ref users[which]);
            }
        })));
        Assert.Equal((0, 2), (faults, most));
        Assert.Equal(2, all.Sum(separator => separator.Open));
    }
}
