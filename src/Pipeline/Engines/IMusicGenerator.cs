using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Pipeline.Engines;

/// <summary>An engine that turns a request into music.</summary>
public interface IGenerationEngine
{
    /// <summary>Of what it runs on where it has the choice.</summary>
    EngineFacts Facts { get; }
}

/// <summary>An engine that plays at once, faster than anybody listens.</summary>
public interface IMusicGenerator : IGenerationEngine
{
    /// <summary>Reads the prompt and prepares; the sound comes from <see cref="IMusicPerformance.Render"/>.</summary>
    IMusicPerformance Prepare(GenerationRequest request, ulong seed);

    /// <summary>The same, told what this run is; engines that do not mind leave it aside.</summary>
    /// <exception cref="GpuMemoryException">Here or later: the GPU has no memory left; the same with <see cref="EngineRun.OnCpu"/> may do.</exception>
    IMusicPerformance Prepare(GenerationRequest request, ulong seed, EngineRun run) => Prepare(request, seed);
}

/// <summary>What makes the same request sound the same: it stands in every manifest.</summary>
/// <param name="Name">The exact name callers ask for.</param>
/// <param name="Version">Raised when the same seed gives other samples.</param>
/// <param name="WeightsSha256">Null for an engine without weights.</param>
/// <param name="Dtype">Arithmetic of the samples.</param>
/// <param name="Device"><c>cpu</c> or <c>cuda</c>.</param>
public sealed record EngineFacts(string Name, string Version, string? WeightsSha256, string Dtype, string Device)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsMock => Version == MockMusicGenerator.MockVersion;
}

/// <summary>Music while it is made, block by block, in constant memory.</summary>
public interface IMusicPerformance : IDisposable
{
    int SampleRateHz { get; }

    int Channels { get; }

    /// <summary>Channels the engine makes; fewer than <see cref="Channels"/> where they are doubled.</summary>
    int SourceChannels { get; }

    long Frames { get; }

    /// <summary>Names of the stems it makes; empty if it makes none.</summary>
    IReadOnlyList<string> Stems { get; }

    /// <summary>A Standard MIDI File of the notes, or null.</summary>
    byte[]? Midi { get; }

    /// <summary>What the engine understood of the prompt; any JSON.</summary>
    JsonElement Understood { get; }

    /// <summary>The next block, or null at the end. Σ stems = mix within 1e-6. The buffers are valid until the next call.</summary>
    MusicBlock? Render();
}

/// <param name="Stems">In the order of <see cref="IMusicPerformance.Stems"/>.</param>
public sealed record MusicBlock(AudioBuffer Mix, IReadOnlyList<AudioBuffer> Stems);
