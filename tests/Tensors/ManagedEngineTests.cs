using DgxMusic.Tensors.Kernels;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Tensors.Tests;

/// <summary>The contract with what this processor runs fastest.</summary>
[Trait("Category", "Kernels")]
public sealed class ManagedEngineTests : EngineContract
{
    protected override IEngine Create() => new ManagedEngine(threads: 2);
}

/// <summary>The contract once more with the definition of every kernel.</summary>
[Trait("Category", "Kernels")]
public sealed class ScalarEngineTests : EngineContract
{
    protected override IEngine Create() => new ManagedEngine(threads: 1, KernelSet.Supported[^1]);
}
