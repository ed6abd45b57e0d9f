using DgxMusic.Tensors;

namespace DgxMusic.Models.MusicGen.LanguageModel;

/// <summary>A text as the layers of a language model look at it: its keys and values in each of them, computed once. Any number of generations may share it, and must not outlive it.</summary>
public sealed class Condition : IDisposable
{
    internal Condition(KeyValueCache[] layers) => Layers = layers;

    /// <summary>One a layer, of one row.</summary>
    internal KeyValueCache[] Layers { get; }

    /// <summary>Tokens of the text.</summary>
    public int Length => Layers[0].Length;

    public void Dispose()
    {
        foreach (KeyValueCache layer in Layers) layer.Dispose();
    }
}
