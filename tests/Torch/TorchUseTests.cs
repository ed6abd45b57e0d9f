using DgxMusic.Models.HTDemucs;
using DgxMusic.Models.Tests;
using DgxMusic.Tensors;

namespace DgxMusic.Torch.Tests;

/// <summary>The engine as models use it: again and again, from several threads, in half precision.</summary>
public sealed class TorchUseTests
{
    [Fact]
    public void Forward_Again_GivesTheSameBytes()
    {
        float[] first = HTDemucsRun.Stems(TorchDevice.Cpu, Precision.Float32);
        Assert.Equal(first, HTDemucsRun.Stems(TorchDevice.Cpu, Precision.Float32));
    }

    [Fact]
    public async Task Engine_SeveralThreads_EachHasScopesOfItsOwn()
    {
        using var engine = new TorchEngine(new TorchDevice(-1));
        HTDemucs model = HTDemucs.Load(engine, HTDemucsRun.Weights);
        float[] samples = HTDemucsRun.Samples(model), alone = HTDemucsRun.Stems(engine, model, samples);
        long held = engine.Memory.Held;
        Task<float[]>[] others = [.. Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(
            () => HTDemucsRun.Stems(engine, model, samples), default, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        foreach (float[] stems in await Task.WhenAll(others)) Assert.Equal(alone, stems);
        Assert.Equal(held, engine.Memory.Held);
    }

    [Fact]
    public void Forward_BFloat16_StaysWhereEightBitsOfMantissaLeaveIt()
    {
        double distance = GoldenSignal.Distance(HTDemucsRun.Stems(TorchDevice.Cpu, Precision.BFloat16), HTDemucsRun.Recorded);
        // Half a unit in the last of 8 bits is 2e-3 of a value; measured: 7.1e-3. Float32 is below 5e-6.
        Assert.InRange(distance, 1e-4, 1.5e-2);
    }

    [Fact]
    public void NumericsClass_TellsDeviceAndArithmetic()
    {
        using TorchEngine whole = new(TorchDevice.Cpu), half = new(TorchDevice.Cpu, Precision.BFloat16);
        Assert.Matches(@"^torch-\d+\.\d+[\d.]*-cpu-\d+-float32$", whole.NumericsClass);
        Assert.EndsWith("-bfloat16", half.NumericsClass, StringComparison.Ordinal);
        Assert.NotEqual(TorchEngine.ClassOf(TorchDevice.Gpu(5), Precision.Float32), whole.NumericsClass);
    }

    [Fact]
    public void Affine_FactorAndTerm_RoundsOnce()
    {
        using var engine = new TorchEngine(TorchDevice.Cpu);
        float[] x = [1 + 1.1920929e-7f, 3.3333333f, -0.1f, 12345.678f];
        const float factor = 1.0000001f, term = -1;
        Assert.Equal(x.Select(value => MathF.FusedMultiplyAdd(value, factor, term)), engine.Affine(engine.Upload(x, 4), factor, term).ToArray());
    }

    [Fact]
    public void Operations_WhileTheCollectorRuns_KeepWhatTheyReadAlive()
    {
        using var engine = new TorchEngine(TorchDevice.Cpu);
        using var end = new CancellationTokenSource();
        var collector = new Thread(() => { while (!end.IsCancellationRequested) GC.Collect(0); });
        collector.Start();
        try
        {
            for (int round = 0; round < 3000; round++)
            {
                using ITensorScope scope = engine.Scope();
                Tensor x = engine.Zeros(3, 3) + round;
                Assert.Equal((2f * round * round) + 1, (engine.Affine(x * x, 2, 1) - engine.Zeros(3, 3)).ToArray()[4]);
            }
        }
        finally
        {
            end.Cancel();
            collector.Join();
        }
    }

    [Fact]
    public void Tensor_Unreferred_GivesItsMemoryBackByItself()
    {
        using var engine = new TorchEngine(new TorchDevice(-1));
        long held = engine.Memory.Held;
        Make(engine);
        for (int round = 0; round < 50 && engine.Memory.Held > held; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(held, engine.Memory.Held);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Make(TorchEngine engine) => engine.Zeros(1000);
    }
}
