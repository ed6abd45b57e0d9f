using System.Runtime.InteropServices;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Tensors;

namespace DgxMusic.Torch.Tests;

/// <summary>What libtorch fails at is told by type, in a sentence, and ends no process.</summary>
[Trait("Requirement", "D-10")]
public sealed class TorchFaultTests
{
    [Fact]
    public void Zeros_MoreThanThereIs_IsAMemoryFaultAndTheEngineGoesOn()
    {
        using var engine = new TorchEngine(TorchDevice.Cpu);
        GpuMemoryException fault = Assert.Throws<GpuMemoryException>(() => engine.Zeros(1 << 21, 1 << 21));
        Assert.StartsWith("The CPU has no memory left for this work: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("can't allocate memory", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
        Assert.Equal([2f, 2f], (engine.Zeros(2) + 2).ToArray());
    }

    [Fact]
    public void Operation_MoreThanThereIs_LeavesNothingBehind()
    {
        using var engine = new TorchEngine(new TorchDevice(-1));
        Tensor row = engine.Zeros(1, 1 << 21), column = engine.Zeros(1 << 21, 1);
        long held = engine.Memory.Held, live = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.Throws<GpuMemoryException>(() => row + column);
        Assert.Throws<GpuMemoryException>(() => engine.MatMul(column, row));
        Assert.Equal((held, live), (engine.Memory.Held, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount));
        Assert.Equal(0, row.ToArray()[7]);
    }

    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 79.11 GiB", true)]
    [InlineData("[enforce fail at alloc_cpu.cpp:66] . DefaultCPUAllocator: can't allocate memory: you tried to allocate 17592186044416 bytes. Error code 12 (Cannot allocate memory)", true)]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", true)]
    [InlineData("CUDA error: out of memory", true)]
    [InlineData("cuDNN error: CUDNN_STATUS_ALLOC_FAILED", true)]
    [InlineData("The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 0", false)]
    [InlineData("cuDNN error: CUDNN_STATUS_NOT_SUPPORTED", false)]
    public void Of_Message_TellsMemoryFromTheRest(string message, bool isMemory)
    {
        GpuFaultException fault = TorchFaults.Of(new ExternalException(message + "\nException raised from x (most recent call first)"), TorchDevice.Cpu);
        Assert.Equal(isMemory, fault is GpuMemoryException);
        Assert.DoesNotContain('\n', fault.Message);
        Assert.EndsWith(".", fault.Message, StringComparison.Ordinal);
        Assert.Null(TorchDevice.Cpu.Loss);
    }

    [Theory]
    [InlineData(90, "CUDA error: an illegal memory access was encountered")]
    [InlineData(91, "CUDA error: device-side assert triggered")]
    [InlineData(92, "CUDA error: unspecified launch failure")]
    [InlineData(93, "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED")]
    [InlineData(94, "CUDA error: uncorrectable ECC error encountered")]
    public void Of_LostDevice_IsRememberedAndNotTriedAgain(int number, string message)
    {
        TorchDevice gpu = TorchDevice.Gpu(number);
        GpuFaultException fault = TorchFaults.Of(new ExternalException(message), gpu);
        Assert.IsNotType<GpuMemoryException>(fault);
        Assert.Equal($"The GPU number {number} was lost: {message}. It serves again once this program is started anew.", fault.Message);
        Assert.Equal(fault.Message, Assert.Throws<GpuFaultException>(() => new TorchEngine(gpu)).Message);
    }

    [Fact]
    public void Engine_OnAGpuThatIsNotThere_IsAFaultInASentence()
    {
        GpuFaultException fault = Assert.Throws<GpuFaultException>(() => new TorchEngine(TorchDevice.Gpu(77)));
        Assert.Equal("The GPU number 77 does not answer: libtorch finds no such device.", fault.Message);
    }
}
