namespace DgxMusic.Torch;

/// <summary>Settings of libtorch, section <c>Torch</c>.</summary>
public sealed class TorchOptions
{
    /// <summary>What products are calculated in on GPUs. Half precision is quicker and takes half the memory for weights, and is further from the published models.</summary>
    public Precision Precision { get; set; }
}
