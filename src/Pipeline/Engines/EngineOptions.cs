using System.ComponentModel.DataAnnotations;

namespace DgxMusic.Pipeline.Engines;

/// <summary>Settings of the engines, section <c>Engines</c>.</summary>
public sealed class EngineOptions
{
    /// <summary>Minutes that a loaded model waits for its next use before its memory is given back; 0: not at all.</summary>
    [Range(0, 24 * 60)] public double IdleMinutes { get; set; } = 10;

    /// <summary>Models that are loaded at the same time. One more makes the one go that was used least recently.</summary>
    [Range(1, 16)] public int LoadedModels { get; set; } = 1;
}
