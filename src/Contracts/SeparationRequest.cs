using System.Text.Json.Serialization;

namespace DgxMusic.Contracts;

/// <summary>Where a model is to run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeviceChoice>))]
public enum DeviceChoice
{
    /// <summary>The GPU where there is one that fits, else the processor.</summary>
    [JsonStringEnumMemberName("auto")] Auto,
    [JsonStringEnumMemberName("cpu")] Cpu,
    [JsonStringEnumMemberName("gpu")] Gpu,
}

/// <summary>How a track is to be taken apart, and into what.</summary>
public sealed record SeparationRequest
{
    public const string Vocals = "vocals", Instrumental = "instrumental", All = "all", Residual = "residual";

    public const int MostShifts = 20;

    public const double MostOverlap = 0.9;

    /// <summary>Exact name; null: the best installed.</summary>
    public string? Model { get; init; }

    public DeviceChoice Device { get; init; } = DeviceChoice.Auto;

    /// <summary>Sources of the model, <c>instrumental</c> (all but the vocals), or <c>all</c> (every source).</summary>
    public IReadOnlyList<string> Stems { get; init; } = [Vocals, Instrumental];

    /// <summary>One more track, what the sources leave of the mix: with it all of them add up to it.</summary>
    public bool WithResidual { get; init; }

    /// <summary><c>wav</c>, <c>flac</c>, <c>mp3</c> or <c>auto</c>; null: as the source, where that is WAV or MP3, else WAV.</summary>
    public string? OutputFormat { get; init; }

    /// <summary>A name of <see cref="BitDepths"/>, or <c>source</c>; null: PCM_16. FLOAT is never rescaled.</summary>
    public string? BitDepth { get; init; }

    /// <summary>Of MP3, kbit/s; null: 320.</summary>
    public int? Bitrate { get; init; }

    /// <summary>The tracks get the source's rate and not the model's.</summary>
    public bool KeepSampleRate { get; init; }

    /// <summary>Passes at other places of the window grid whose mean is taken, 0 to 20.</summary>
    public int Shifts { get; init; }

    /// <summary>Part of a window that the next one hears too, 0 to 0.9.</summary>
    public double Overlap { get; init; } = 0.25;

    /// <summary>What tracks should be, by name, where their owner knows: files of the store, to be compared with.</summary>
    public IReadOnlyDictionary<string, string> References { get; init; } = new Dictionary<string, string>();

    /// <summary>What is done to a second file of every track; the first stays as it is. Null: there is no second.</summary>
    public PostProcess? PostProcess { get; init; }

    /// <summary>Null: as the file says, else its name.</summary>
    public string? Title { get; init; }

    public string? Artist { get; init; }

    /// <summary>A remark of its owner; kept, never read.</summary>
    public string? Notes { get; init; }
}
