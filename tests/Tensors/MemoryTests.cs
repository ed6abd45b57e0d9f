using DgxMusic.Tensors.Managed;

namespace DgxMusic.Tensors.Tests;

public sealed class MemoryTests
{
    [Fact]
    public void ForwardPass_Again_AllocatesNothingLarge()
    {
        using var engine = new ManagedEngine(1);
        ConvWeights conv = engine.Prepare(ConvLayout.Line(32, 64, 3, padding: 1), Noise.Of(1, 64, 32, 3));
        LinearWeights linear = engine.Prepare(new LinearLayout(500, 400), Noise.Of(2, 400, 500));
        Tensor input = engine.Upload(Noise.Of(3, 1, 32, 500), 1, 32, 500);
        var norm = new NormWeights(engine.Upload(Noise.Of(4, 32), 32), null, 1e-5f);
        long Pass()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            using ITensorScope scope = engine.Scope();
            Tensor x = engine.Conv(input, conv, Activation.Glu);
            x = engine.GroupNorm(x, norm) + input;
            x = engine.Linear(x, linear, Activation.Gelu);
            engine.Attention(x, x, x, new(4));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Pass();
        long reach = engine.Buffers.Reach;
        long allocated = Pass();
        Assert.Equal(reach, engine.Buffers.Reach);
        // Tensor objects, shapes and the scope; one of the tensors alone holds 64 KB of values.
        Assert.True(allocated < 8_192, $"{allocated} bytes");
    }

    [Theory]
    [InlineData(WeightStorage.Float32, 4 * 512 * 480)]
    [InlineData(WeightStorage.BFloat16, 2 * 512 * 480)]
    [InlineData(WeightStorage.Int8, (512 * 480) + (4 * 4 * 480))]   // and a step for each of 4 blocks of 480 outputs
    public void Prepare_AnyStorage_HoldsItsBytesAndNoCopy(WeightStorage storage, int bytes)
    {
        using var engine = new ManagedEngine(1);
        float[] weight = Noise.Of(1, 480, 512);
        engine.Prepare(new LinearLayout(512, 480), weight, default, storage);
        long reach = engine.Lasting.Reach, before = GC.GetAllocatedBytesForCurrentThread();
        engine.Prepare(new LinearLayout(512, 480), weight, default, storage);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        // 480 outputs fill whole strips of every vector width.
        Assert.Equal(bytes, (engine.Lasting.Reach - reach) * sizeof(float));
        Assert.True(allocated < 4_096, $"{allocated} bytes");
    }

    [Fact]
    public void Scope_ManyRounds_UsesTheSameMemory()
    {
        using var engine = new ManagedEngine(1);
        for (int round = 0; round < 100; round++)
        {
            using ITensorScope scope = engine.Scope();
            Tensor x = engine.Zeros(1000);
            for (int i = 0; i < 5; i++)
            {
                using ITensorScope inner = engine.Scope();
                x = inner.Keep(x + 1);
            }

            Assert.Equal(5, x.ToArray()[999]);
        }

        // The six tensors of a round, each from one cache line to the next.
        Assert.Equal(6 * 1008, engine.Buffers.Reach);
    }

    [Fact]
    [Trait("Requirement", "D-12")]
    public void Dispose_WeightsAndTensorsStillReferred_FreesThemAtOnce()
    {
        const long weightBytes = 3 * 4 * 16_000_000L;
        long before = Resident();
        var engine = new ManagedEngine(2);
        LinearWeights[] weights = [.. Enumerable.Range(0, 2).Select(_ => engine.Prepare(new LinearLayout(4000, 4000), new float[16_000_000]))];
        Tensor tensor = engine.Upload(Noise.Of(1, 16_000_000), 4000, 4000);
        using (engine.Scope()) engine.Linear(tensor, weights[0]);
        long loaded = Resident();
        Assert.True(loaded - before > weightBytes * 3 / 4, $"{loaded - before} bytes hold {weightBytes}.");
        engine.Dispose();
        engine.Dispose();
        long after = Resident();
        // A quarter of room for what other tests of this process take meanwhile; without the frees nothing comes back.
        Assert.True(loaded - after > weightBytes * 3 / 4, $"Of {loaded - before} bytes, {loaded - after} came back.");
        GC.KeepAlive(weights);
        Assert.Throws<ObjectDisposedException>(() => tensor.ToArray());
        Assert.Throws<ObjectDisposedException>(() => engine.Linear(tensor, weights[0]));
        Assert.Throws<ObjectDisposedException>(() => engine.Prepare(new LinearLayout(1, 1), [1f]));
        Assert.Throws<ObjectDisposedException>(() => engine.Zeros(1));
    }

    static long Resident()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
