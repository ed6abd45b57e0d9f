using System.ComponentModel.DataAnnotations;
using DgxMusic.Tensors;

namespace DgxMusic.Pipeline.Engines;

/// <summary>Settings of the engines, section <c>Engines</c>.</summary>
public sealed class EngineOptions
{
    public const int MostThreads = 1024;

    /// <summary>Minutes that a loaded model waits for its next use before its memory is given back; 0: not at all.</summary>
    [Range(0, 24 * 60)] public double IdleMinutes { get; set; } = 10;

    /// <summary>Models that are loaded at the same time. One more makes the one go that was used least recently.</summary>
    [Range(1, 16)] public int LoadedModels { get; set; } = 1;

    /// <summary>Threads that a separator calculates with; 0: as many as were fastest on machines of this type, or one a processor.</summary>
    [Range(0, MostThreads)] public int Threads { get; set; }

    /// <summary>What a MusicGen's weights are kept as: <c>float32</c> as published, <c>bfloat16</c> or <c>int8</c> for half or a quarter of the memory and about two or three times the speed, a little off.</summary>
    public WeightStorage Precision { get; set; }

    /// <summary>The generator that plays where a request names none; null or empty: the best that is installed.</summary>
    public string? Generator { get; set; }

    /// <summary>Weights that are used where they lie, by the name of the MusicGen that they are of: a folder, or a file with its configuration and tokenizer beside it.</summary>
    public Dictionary<string, string> Weights { get; init; } = [];

    /// <summary>Whether a server measures, while it has nothing to do, how many threads are fastest.</summary>
    public bool Tune { get; set; } = true;

    /// <summary>The separator that is loaded as soon as a server starts; null or empty: none.</summary>
    public string? WarmUp { get; set; }
}
