using System.Runtime.InteropServices;
using DgxMusic.Pipeline.Engines;
using Microsoft.Extensions.Options;

namespace DgxMusic.Torch.Tests;

/// <summary>GPUs are found, counted and given up in sentences.</summary>
public sealed class TorchProbeTests
{
    [Fact]
    public void Look_ThisMachine_AnswersWithAGpuOrAReason()
    {
        GpuReport report = new TorchProbe(new()).Look();
        Assert.True(report.IsBuilt);
        Assert.Equal(report.Best is null, report.Reason is not null);
        if (report.Reason is { } reason) Assert.EndsWith(".", reason, StringComparison.Ordinal);
        Assert.All(report.Gpus, gpu => Assert.InRange(gpu.FreeMb, 0, gpu.TotalMb));
    }

    [Fact]
    public void Look_SearchThatThrows_IsAReason()
    {
        GpuReport report = GpuReport.Of(new TorchProbe(new(() => throw new DllNotFoundException("libcuda.so.1"), _ => null)));
        Assert.Null(report.Best);
        Assert.Contains("libcuda.so.1", report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Look_GpuThatTellsNothing_IsAReason()
    {
        GpuReport report = new TorchProbe(new(() => ([TorchDevice.Gpu(60)], null), _ => null)).Look();
        Assert.Equal("The driver does not tell how much memory the GPU has free.", report.Reason);
    }

    [Fact]
    public void Best_SeveralGpus_IsTheOneWithTheMostFree()
    {
        TorchDevice[] devices = [TorchDevice.Gpu(61), TorchDevice.Gpu(62), TorchDevice.Gpu(63)];
        var gpus = new TorchGpus(() => (devices, null), device => new("One", 80, device == devices[1] ? 70 : 30));
        Assert.Same(devices[1], gpus.Best);
        Assert.Same(devices[0], gpus.First);
    }

    [Fact]
    [Trait("Requirement", "D-10")]
    public void Look_LostGpu_IsNoneAndWhatIsBegunThereFails()
    {
        TorchDevice gpu = TorchDevice.Gpu(64);
        var gpus = new TorchGpus(() => ([gpu], null), _ => new("One", 80, 70));
        var engines = new TorchEngines(gpus, Options.Create(new TorchOptions()));
        Assert.NotNull(new TorchProbe(gpus).Look().Best);
        TorchFaults.Of(new ExternalException("CUDA error: unspecified launch failure"), gpu);
        GpuReport report = new TorchProbe(gpus).Look();
        Assert.Null(report.Best);
        Assert.StartsWith("The GPU number 64 was lost: CUDA error: unspecified launch failure.", report.Reason, StringComparison.Ordinal);
        // Still a GPU's work, which fails there, not another's, which would give other bytes.
        Assert.Equal("cuda", engines.DeviceOf(onCpu: false).Device);
        Assert.Throws<GpuFaultException>(() => engines.Create(new()));
        using Tensors.IEngine own = engines.Create(new(OnCpu: true));
        Assert.StartsWith("managed-", own.NumericsClass, StringComparison.Ordinal);
    }
}
