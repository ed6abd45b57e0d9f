using System.Text.Json.Serialization;

namespace DgxMusic.Contracts;

/// <summary>What was measured in a track's samples and read from its header. Null: not asked for, or not to be had (silence, too short, lossy).</summary>
public sealed record TrackMetadata
{
    public required double DurationSeconds { get; init; }

    public required int SampleRate { get; init; }

    public required int Channels { get; init; }

    public long? FileSizeBytes { get; init; }

    /// <summary>PCM_16, PCM_24, PCM_32 or FLOAT where the file is one of these.</summary>
    public string? BitDepth { get; init; }

    /// <summary>Tempo, beats a minute.</summary>
    public double? Bpm { get; init; }

    /// <summary>0 to 1.</summary>
    public double? BpmConfidence { get; init; }

    /// <summary>Half and double the tempo, the likelier one first.</summary>
    public IReadOnlyList<double>? BpmAlternatives { get; init; }

    /// <summary>Seconds from the start, ascending.</summary>
    public IReadOnlyList<double>? Beats { get; init; }

    /// <summary>Those of the beats that begin bars of three or four. Experimental.</summary>
    public IReadOnlyList<double>? Downbeats { get; init; }

    /// <summary>Tonic (sharps) and mode: <c>C# minor</c>. Experimental.</summary>
    public string? Key { get; init; }

    /// <summary>0 to 1.</summary>
    public double? KeyConfidence { get; init; }

    /// <summary>Largest sample magnitude over all channels; linear.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? PeakAmplitude { get; init; }

    /// <summary>Root of the mean square over all samples of all channels; linear.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RmsEnergy { get; init; }

    /// <summary>Crest factor, peak over RMS; 0 for silence.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? DynamicRangeDb { get; init; }

    /// <summary>Integrated loudness, ITU-R BS.1770.</summary>
    public double? LufsIntegrated { get; init; }

    /// <summary>The loudest 400 ms.</summary>
    public double? LufsMomentaryMax { get; init; }

    /// <summary>The loudest 3 s.</summary>
    public double? LufsShortTermMax { get; init; }

    /// <summary>Loudness range, EBU Tech 3342, LU; null below 3 s.</summary>
    public double? Lra { get; init; }

    public double? TruePeakDbtp { get; init; }

    /// <summary>Each channel by itself, in the file's order.</summary>
    public IReadOnlyList<ChannelMetadata>? ChannelsDetail { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>One channel by itself. Amplitudes are linear; null is −∞, or too short to tell.</summary>
/// <param name="DcOffset">Mean of the samples.</param>
/// <param name="LufsIntegrated">As if it were all there is, in front of the listener.</param>
public sealed record ChannelMetadata(
    double PeakAmplitude, double RmsEnergy, double DynamicRangeDb, double DcOffset, double? LufsIntegrated, double? Lra, double? TruePeakDbtp);
