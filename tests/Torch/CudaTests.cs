using System.Reflection;
using System.Runtime.ExceptionServices;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.Tests;
using DgxMusic.Models.Tests.HTDemucs;
using DgxMusic.Models.Tests.MusicGen;
using DgxMusic.Models.Tests.MusicGen.Codec;
using DgxMusic.Models.Tests.MusicGen.LanguageModel;
using DgxMusic.Models.Tests.MusicGen.Text;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Tests.Generations;
using DgxMusic.Tensors;
using Xunit.Sdk;

namespace DgxMusic.Torch.Tests;

/// <summary>All that is true of the CPU device, on a GPU.</summary>
[Trait("Category", "Gpu")]
public sealed class CudaTests
{
    static readonly Type[] contracts = [typeof(EngineOnGpu), typeof(HTDemucsOnGpu), typeof(LanguageModelOnGpu), typeof(T5EncoderOnGpu), typeof(EnCodecOnGpu), typeof(MusicGenModelOnGpu)];

    public static TheoryData<string, string> Contracts
    {
        get
        {
            var tests = new TheoryData<string, string>();
            foreach (Type contract in contracts)
            {
                foreach (MethodInfo method in contract.GetMethods().Where(method => method.GetCustomAttribute<FactAttribute>() is not null)) tests.Add(contract.Name, method.Name);
            }

            return tests;
        }
    }

    [CudaTheory]
    [MemberData(nameof(Contracts))]
    public void Contract_OnGpu_Holds(string name, string test)
    {
        Type contract = contracts.Single(one => one.Name == name);
        foreach (MethodInfo method in contract.GetMethods().Where(method => method.Name == test))
        {
            DataAttribute[] sources = [.. method.GetCustomAttributes<DataAttribute>()];
            foreach (object[] row in sources.Length == 0 ? [[]] : sources.SelectMany(source => source.GetData(method)))
            {
                object made = Activator.CreateInstance(contract)!;
                using var instance = made as IDisposable;
                try
                {
                    method.Invoke(made, method.ResolveMethodArguments(row));
                }
                catch (TargetInvocationException fault)
                {
                    ExceptionDispatchInfo.Throw(fault.InnerException!);
                }
            }
        }
    }

    [CudaFact]
    public void Forward_OnGpuTwice_GivesTheSameBytes()
    {
        float[] first = HTDemucsRun.Stems(TorchDevice.Gpu(0), Precision.Float32), second = HTDemucsRun.Stems(TorchDevice.Gpu(0), Precision.Float32);
        Assert.Equal(first, second);
    }

    [CudaFact]
    public void Music_OnGpuInTheSameBlocks_HasTheSameBytes()
    {
        (byte[] Codes, float[] Samples) first = Blocks(), second = Blocks();
        Assert.Equal(first.Codes, second.Codes);
        Assert.Equal(first.Samples, second.Samples);

        static (byte[] Codes, float[] Samples) Blocks()
        {
            using var files = new SmallMusicGen();
            using MusicGenModel model = MusicGenModel.Load(new TorchEngine(TorchDevice.Gpu(0)), files.Files);
            Codes codes = MusicGenRun.Write(model, 10, 33);
            return (codes.ToBytes(), MusicGenRun.Play(model, codes, 7, 29));
        }
    }

    // bfloat16 is 7.1e-3 away on the CPU; float16 has three bits more.
    [CudaTheory]
    [InlineData(Precision.Float16, 5e-3)]
    [InlineData(Precision.BFloat16, 1.5e-2)]
    public void Forward_HalfPrecision_StaysNearThePublishedModel(Precision precision, double bound) =>
        Assert.InRange(GoldenSignal.Distance(HTDemucsRun.Stems(TorchDevice.Gpu(0), precision), HTDemucsRun.Recorded), 0, bound);

    [CudaFact]
    public void Zeros_MoreThanTheGpuHas_IsAMemoryFaultAndNoMore()
    {
        using var engine = new TorchEngine(TorchDevice.Gpu(0));
        Assert.Throws<GpuMemoryException>(() => engine.Zeros(1 << 20, 1 << 20));
        Assert.Equal([2f, 2f], (engine.Zeros(2) + 2).ToArray());
    }

    [CudaFact]
    public void Probe_GpuHere_IsNamedAndMeasured()
    {
        GpuReport report = new TorchProbe(new()).Look();
        Assert.NotNull(report.Best);
        Assert.Null(report.Reason);
        Assert.InRange(report.Best.FreeMb, 1, report.Best.TotalMb);
        long held = report.Best.FreeMb;
        using (var engine = new TorchEngine(TorchDevice.Gpu(0))) engine.Zeros(1 << 28);
        // A gibibyte that libtorch keeps is not lost to the next model.
        Assert.InRange(new TorchProbe(new()).Look().Best!.FreeMb, held - 800, report.Best.TotalMb);
    }

    sealed class EngineOnGpu() : TorchContract(TorchDevice.Gpu(0));

    sealed class HTDemucsOnGpu : HTDemucsContract
    {
        protected override IEngine Create() => new TorchEngine(TorchDevice.Gpu(0));
    }

    sealed class LanguageModelOnGpu : LanguageModelContract
    {
        protected override IEngine Create() => new TorchEngine(TorchDevice.Gpu(0));
    }

    sealed class T5EncoderOnGpu : T5EncoderContract
    {
        protected override IEngine Create() => new TorchEngine(TorchDevice.Gpu(0));
    }

    sealed class EnCodecOnGpu : EnCodecContract
    {
        protected override IEngine Create() => new TorchEngine(TorchDevice.Gpu(0));
    }

    sealed class MusicGenModelOnGpu : MusicGenModelContract
    {
        protected override IEngine Create() => new TorchEngine(TorchDevice.Gpu(0));
    }
}
