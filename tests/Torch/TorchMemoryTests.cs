using System.Diagnostics;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Tensors;
using TorchSharp;

namespace DgxMusic.Torch.Tests;

/// <summary>Measures the whole process, so nothing else runs beside it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Nothing grows with the length of a track, and all comes back at the end.</summary>
[Collection(nameof(Alone))]
[Trait("Requirement", "D-12")]
public sealed class TorchMemoryTests
{
    [Fact]
    public void Forward_FiftyWindows_HoldsWhatTheFirstHeld()
    {
        const int warm = 10, windows = 50;
        using var engine = new TorchEngine(new TorchDevice(-1));
        HTDemucs model = HTDemucs.Load(engine, HTDemucsRun.Weights);
        float[] samples = HTDemucsRun.Samples(model);
        long held = engine.Memory.Held, resident = 0, live = 0;
        for (int window = 0; window < warm + windows; window++)
        {
            HTDemucsRun.Stems(engine, model, samples);
            Assert.Equal(held, engine.Memory.Held - TapersOf(model));
            if (window == warm - 1) (resident, live) = (Resident(), DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }

        // Tensors of this thread, to the last one; a window makes some 900, of 60 MB.
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        // What the allocator of the system keeps, once more; one window's tensors that stay, each time, would be 3 GB. Alone in its process it grows by less than 1 MB over 300 windows.
        Assert.True(Resident() - resident < 200e6, $"{Resident() - resident} bytes more after {windows} windows.");
    }

    [Fact]
    public void Dispose_WeightsTensorsAndCachesStillReferred_GivesAllBack()
    {
        var engine = new TorchEngine(new TorchDevice(-1));
        long before = engine.Memory.Held;
        LinearWeights weights = engine.Prepare(new LinearLayout(1000, 1000), new float[1_000_000]);
        Tensor tensor = engine.Zeros(1000, 1000), view = tensor.Reshape(1_000_000);
        KeyValueCache cache = engine.CreateCache(1, 2, 64, 100);
        using (ITensorScope scope = engine.Scope()) scope.Keep(engine.Linear(tensor, weights));
        Assert.Equal(before + (3 * 4_000_000) + (2 * 4 * 6_400), engine.Memory.Held);
        engine.Dispose();
        engine.Dispose();
        cache.Dispose();
        Assert.Equal(before, engine.Memory.Held);
        Assert.Throws<ObjectDisposedException>(() => view.ToArray());
        Assert.Throws<ObjectDisposedException>(() => tensor.ToArray());
        Assert.Throws<ObjectDisposedException>(() => engine.Linear(tensor, weights));
        Assert.Throws<ObjectDisposedException>(() => engine.Prepare(new LinearLayout(1, 1), [1f]));
        Assert.Throws<ObjectDisposedException>(() => engine.Zeros(1));
    }

    [Fact]
    public void Scope_ClosedAfterItsEngine_DoesNothing()
    {
        var engine = new TorchEngine(new TorchDevice(-1));
        ITensorScope scope = engine.Scope();
        Tensor made = engine.Zeros(3);
        engine.Dispose();
        scope.Dispose();
        Assert.Throws<ObjectDisposedException>(() => made.ToArray());
    }

    [Fact]
    public void Cache_ClosedTwice_GivesBackOnce()
    {
        using var engine = new TorchEngine(new TorchDevice(-1));
        long before = engine.Memory.Held;
        KeyValueCache cache = engine.CreateCache(2, 2, 8, 4);
        Assert.Equal(before + (2 * 4 * 64), engine.Memory.Held);
        cache.Dispose();
        cache.Dispose();
        Assert.Equal(before, engine.Memory.Held);
        Assert.Throws<ObjectDisposedException>(() => cache.Append(engine.Zeros(2, 1, 8), engine.Zeros(2, 1, 8)));
    }

    [Fact]
    public void Cached_AfterMuchWasGivenBack_IsWhatTheNextMayHave()
    {
        var memory = new DeviceMemory();
        memory.Take(100);
        memory.Take(900);
        memory.Give(900);
        Assert.Equal((100, 900), (memory.Held, memory.Cached));
        memory.Take(400);
        Assert.Equal((500, 500), (memory.Held, memory.Cached));
        memory.Emptied();
        Assert.Equal((500, 0), (memory.Held, memory.Cached));
    }

    static long Resident()
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    /// <summary>Windows of the transform, made with the first spectrum: three of the size of one.</summary>
    static long TapersOf(HTDemucs model) => 3L * model.Config.FftSize * sizeof(float);
}
