using DgxMusic.Audio.Tagging;
using DgxMusic.Contracts;

namespace DgxMusic.Models.Separation;

/// <summary>What a track is to be taken apart into, and the files it goes into.</summary>
public sealed record SeparationOrder
{
    /// <summary>The name that stands for every source of the model.</summary>
    public const string All = "all";

    /// <summary>The sum of all sources but the vocals.</summary>
    public const string Instrumental = "instrumental";

    public const string Vocals = "vocals";

    /// <summary>What the sources together leave of the mix.</summary>
    public const string ResidualTrack = "residual";

    /// <summary>Sources of the model, <c>instrumental</c>, or <c>all</c>.</summary>
    public IReadOnlyList<string> Stems { get; init; } = [All];

    /// <summary>One more track, so that all sources and it add up to the mix.</summary>
    public bool Residual { get; init; }

    public FileFormat Format { get; init; } = FileFormat.Wav;

    /// <summary>FLOAT is never rescaled.</summary>
    public BitDepth BitDepth { get; init; } = BitDepth.Float;

    public SeparationSettings Settings { get; init; } = new();

    public Tags Tags { get; init; } = Tags.None;

    /// <summary>The tracks to write, by name.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: a name that is no source, shifts or an overlap out of range.</exception>
    internal IReadOnlyList<string> TracksOf(ISeparationModel model)
    {
        var faults = new Dictionary<string, string>();
        string[] known = [.. model.Sources, .. model.Sources.Contains(Vocals) && model.Sources.Count > 1 ? [Instrumental] : Array.Empty<string>()];
        string[] unknown = [.. Stems.Where(stem => stem != All && !known.Contains(stem))];
        if (Stems.Count == 0) faults["stems"] = "No stem was asked for.";
        if (unknown.Length > 0) faults["stems"] = $"'{unknown[0]}' is not one of {All}, {string.Join(", ", known)}, which are what {model.Name} gives.";
        if (Settings.Shifts is < 0 or > 20) faults["shifts"] = $"{Settings.Shifts} is not between 0 and 20.";
        if (!(Settings.Overlap is >= 0 and <= 0.9)) faults["overlap"] = $"{Settings.Overlap} is not between 0 and 0.9.";
        if (Format is FileFormat.Flac && BitDepth is BitDepth.Float or BitDepth.Pcm32) faults["bit_depth"] = "FLAC holds PCM_16 and PCM_24.";
        if (faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, string.Join(" ", faults.Values), faults);
        return [.. Stems.SelectMany(stem => stem == All ? model.Sources : [stem]).Distinct(), .. Residual ? [ResidualTrack] : Array.Empty<string>()];
    }
}

/// <summary>A track, taken apart.</summary>
/// <param name="Files">By name of the track; full paths.</param>
/// <param name="ResidualDb">How loud what all sources together leave of the mix is, beside the mix; null where nothing is left or the mix is silent.</param>
/// <param name="Gain">One factor for all files, so that none clips in a format that does; 1 for FLOAT.</param>
public sealed record SeparatedTrack(
    IReadOnlyDictionary<string, string> Files, double? ResidualDb, double Gain, int SampleRateHz, int Channels, long Frames, IReadOnlyList<string> Warnings)
{
    public double Seconds => (double)Frames / SampleRateHz;
}
