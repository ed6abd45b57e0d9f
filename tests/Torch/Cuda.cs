using TorchSharp;

namespace DgxMusic.Torch.Tests;

/// <summary>Whether libtorch finds a GPU here.</summary>
static class Cuda
{
    const string Missing = "libtorch finds no GPU on this machine.";

    public static string? Skip { get; } = torch.cuda.is_available() ? null : Missing;
}

/// <summary>Needs a GPU.</summary>
public sealed class CudaFactAttribute : FactAttribute
{
    public CudaFactAttribute() => Skip = Cuda.Skip!;
}

/// <summary>Needs a GPU.</summary>
public sealed class CudaTheoryAttribute : TheoryAttribute
{
    public CudaTheoryAttribute() => Skip = Cuda.Skip!;
}
