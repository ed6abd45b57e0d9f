using System.Runtime.InteropServices;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Memory;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Tests.Engines;

public sealed class TuningTests : IDisposable
{
    readonly TestHost host = new();
    readonly FakeSeparator one = new("one"), four = new("four") { Networks = 4 }, gpu = new("gpu") { Facts = new("gpu", "1", "hash", "float16", "cuda") }, mock = new("mock") { StaysLoaded = false };
    readonly TuningStore store;
    readonly ModelPool pool;
    readonly SeparatorTuner tuner;

    public TuningTests()
    {
        store = new(host.Catalog, new NoGpuProbe());
        var separators = new SeparatorRegistry(new ModelStore("nowhere"), new EngineSwitches(), [one, four, gpu, mock]);
        pool = new(separators, Options.Create(new EngineOptions()), store, host.Clock, NullLogger<ModelPool>.Instance);
        tuner = new(separators, pool, store, host.Get<QueueStatistics>(), host.Clock, NullLogger<SeparatorTuner>.Instance);
        foreach (FakeSeparator separator in (FakeSeparator[])[one, four, gpu]) separator.WhileHearing = (model, run) => Hear(model.Threads == 0 ? 0.125 : 2.0 / model.Threads, run <= separator.Networks);
    }

    public void Dispose()
    {
        pool.Dispose();
        host.Dispose();
    }

    /// <summary>The first window compiles.</summary>
    void Hear(double seconds, bool isFirst) => host.Clock.Advance(TimeSpan.FromSeconds(isFirst ? 100 : seconds));

    [Fact]
    [Trait("Requirement", "D-51")]
    public async Task TuneAsync_NothingElseToDo_MeasuresOnceForAllMachinesOfThisType()
    {
        Assert.Equal(["one", "four", "gpu"], await tuner.TuneAsync());
        int processors = Environment.ProcessorCount;
        foreach (FakeSeparator separator in (FakeSeparator[])[one, four])
        {
            // Warming up does not count, nor does a slower number of threads.
            Assert.Equal(new Tuning(processors, 2.0 / processors), await store.FindAsync(separator.Facts, onCpu: true));
            Assert.Equal(processors == 1 ? [1] : [processors, processors / 2], separator.Opened.Select(model => model.Threads));
            Assert.Equal(0, separator.Open);
        }

        Assert.Equal(new Tuning(0, 0.125), await store.FindAsync(gpu.Facts, onCpu: false));
        Assert.Null(await store.FindAsync(gpu.Facts, onCpu: true));
        Assert.Empty(await tuner.TuneAsync());
        Assert.Empty(mock.Opened);
        Assert.Equal(MachineType.Here, Assert.Single((await host.Catalog.QueryAsync("tuning", MachineType.Here, null, 10)).Select(row => row.Key.Partition).Distinct()));
    }

    [Fact]
    [Trait("Requirement", "D-51")]
    public async Task TuneAsync_JobsAreThere_WaitsForAnotherTime()
    {
        Job job = await host.SubmitAsync();
        Assert.Empty(await tuner.TuneAsync());
        Assert.Empty(one.Opened);
        await host.Orchestrator.RunAllAsync();
        Assert.True((await host.ReadAsync(job)).IsTerminal);
        Assert.Equal(3, (await tuner.TuneAsync()).Count);
    }

    [Fact]
    [Trait("Requirement", "D-51")]
    public async Task TuneAsync_SomebodyWantsAModel_GivesWayAfterThatWindow()
    {
        Task<ModelLease<ISeparationModel>>? wanted = null;
        one.WhileHearing = (_, run) =>
        {
            if (run == 2) wanted ??= pool.LeaseAsync("four", "", new());
        };
        Assert.Equal([], (await tuner.TuneAsync()).Intersect(["one"]));
        Assert.Equal(2, Assert.Single(one.Opened).Runs);
        Assert.Equal(0, one.Open);
        Assert.Null(await store.FindAsync(one.Facts, onCpu: true));
        (await wanted!).Dispose();
    }

    [Fact]
    [Trait("Requirement", "D-51")]
    public async Task TuneAsync_OneThatDoesNotLoad_IsPassedOver()
    {
        one.Fault = new IOException("Gone.");
        Assert.Equal(["four", "gpu"], await tuner.TuneAsync());
    }

    [Fact]
    [Trait("Requirement", "D-51")]
    public async Task FindAsync_AfterGroupsOfWork_IsTheMedianOfTheLastTwenty()
    {
        Assert.Null(await store.FindAsync(one.Facts, true));
        await store.MeasuredAsync(one.Facts, true, new Dictionary<int, double> { [2] = 3, [1] = 4 });
        Assert.Equal(new Tuning(2, 3), await store.FindAsync(one.Facts, true));
        await store.LearnAsync(one.Facts, true, "a", 5);
        await store.LearnAsync(one.Facts, true, "a", 500);
        await store.LearnAsync(one.Facts, true, "b", 7);
        Assert.Equal(new Tuning(2, 6), await store.FindAsync(one.Facts, true));
        for (int n = 0; n < 20; n++) await store.LearnAsync(one.Facts, true, $"c{n}", 10 + n);
        Assert.Equal(new Tuning(2, 19.5), await store.FindAsync(one.Facts, true));
        foreach (double wrong in (double[])[0, -1, double.NaN, double.PositiveInfinity]) await store.LearnAsync(one.Facts, true, $"wrong {wrong}", wrong);
        await store.LearnAsync(one.Facts with { Version = MockMusicGenerator.MockVersion }, true, "mock", 1);
        Assert.Null(await store.FindAsync(one.Facts with { Version = MockMusicGenerator.MockVersion }, true));
        Assert.Equal(new Tuning(2, 19.5), await store.FindAsync(one.Facts, true));
        await store.LearnAsync(four.Facts, true, "a", 5);
        Assert.Equal(new Tuning(0, 5), await store.FindAsync(four.Facts, true));
    }

    [Fact]
    [Trait("Requirement", "D-51")]
    public async Task LearnAsync_ByManyAtOnce_LosesNone()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Task.Run(() => store.LearnAsync(one.Facts, true, $"work {n}", 1 + n))));
        Assert.Equal(10.5, (await store.FindAsync(one.Facts, true))!.SecondsPerUnit);
    }

    [Fact]
    [Trait("Requirement", "D-51")]
    public async Task FindAsync_OtherModelWeightsDeviceOrGpu_IsUnknown()
    {
        EngineFacts facts = gpu.Facts with { Name = "größer/x y" };
        var first = new TuningStore(host.Catalog, new OneGpu("H200"));
        await first.LearnAsync(facts, false, "a", 1);
        Assert.NotNull(await first.FindAsync(facts, false));
        Assert.Null(await first.FindAsync(facts, true));
        Assert.Null(await first.FindAsync(facts with { WeightsSha256 = "other" }, false));
        Assert.Null(await first.FindAsync(facts with { Name = "größer/x z" }, false));
        Assert.Null(await first.FindAsync(facts with { Dtype = "float32" }, false));
        Assert.Null(await new TuningStore(host.Catalog, new OneGpu("T4")).FindAsync(facts, false));
    }

    [Theory]
    [Trait("Requirement", "D-51")]
    [InlineData(30, 1)]
    [InlineData(30.001, 1)]
    [InlineData(15, 2)]
    [InlineData(15.001, 1)]
    [InlineData(1.5, 20)]
    [InlineData(1e9, 1)]
    [InlineData(1e-9, 1_000_000)]
    [InlineData(0, 1_000_000)]
    [InlineData(-1, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(double.PositiveInfinity, 1)]
    public void PiecesThatFit_HalfAMinute_AreAtLeastOne(double seconds, long pieces) => Assert.Equal(pieces, WorkGroups.PiecesThatFit(seconds));

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(2, new[] { 2, 1 })]
    [InlineData(6, new[] { 6, 3, 1 })]
    [InlineData(64, new[] { 64, 32, 16, 8, 4, 2, 1 })]
    public void ThreadsToTry_OfProcessors_AreAllThenHalves(int processors, int[] threads) => Assert.Equal(threads, SeparatorTuner.ThreadsToTry(processors));

    [Theory]
    [InlineData("AMD EPYC 9354 32-Core Processor", "AMD-EPYC-9354-32-Core-Processor.x64.8x.v512-fma.net10.linux")]
    [InlineData("Intel(R) Xeon(R) @ 2.20GHz", "Intel-R-Xeon-R-2-20GHz.x64.8x.v512-fma.net10.linux")]
    [InlineData("", "x64.8x.v512-fma.net10.linux")]
    public void NameOf_Machine_HasOnlyLettersThatNamesOfRowsMayHave(string processor, string name) => Assert.Equal(name, MachineType.NameOf(processor, Architecture.X64, 8, new(512, true, 10, "linux")));

    [Fact]
    [Trait("Requirement", "D-51")]
    public async Task Open_WithOtherThreads_GivesTheSameBits()
    {
        string weights = GoldenFiles.Path("htdemucs_small", "model_half-896df531.th");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-tuning-");
        try
        {
            var models = new ModelStore(folder.FullName);
            await using (FileStream file = File.OpenRead(weights)) await models.Custom.AddAsync("small", file);
            ISourceSeparator separator = new SeparatorRegistry(models, new EngineSwitches()).Find("small");
            float[] all = Stems(separator, 0);
            Assert.Contains(all, sample => Math.Abs(sample) > 1e-4f);
            foreach (int threads in (int[])[1, 2, 3]) Assert.Equal(all, Stems(separator, threads));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static float[] Stems(ISourceSeparator separator, int threads)
    {
        List<float> samples = [];
        using ISeparationModel model = separator.Open("", new() { Threads = threads });
        int stride = model.StrideOf(44_100, new());
        var block = new Dsp.AudioBuffer(44_100, 2, stride);
        for (int n = 0; n < stride; n++) block[0][n] = block[1][n] = (float)(0.3 * Math.Sin(n * 0.03));
        IStemStream stream = model.Open(new(stride, 0, 0.2), 44_100, new(), some => samples.AddRange(some.SelectMany(stem => stem[0].ToArray())), null, default);
        stream.Process(block);
        stream.Complete();
        return [.. samples];
    }

    sealed class OneGpu(string name) : IGpuProbe
    {
        public GpuReport Look() => new(true, [new(name, 80_000, 80_000)], null);
    }
}
