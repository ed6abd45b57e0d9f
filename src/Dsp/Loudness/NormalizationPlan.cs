using DgxMusic.Contracts;

namespace DgxMusic.Dsp.Loudness;

/// <summary>What is to be done to a track, decided from what was measured of it.</summary>
/// <param name="Method">The path taken.</param>
/// <param name="TargetLufs">What was asked for; null if normalisation is off.</param>
/// <param name="Gain">Of every channel; linear. 1 leaves samples untouched.</param>
/// <param name="CeilingDbtp">dBTP of the limiter behind the gain; null without one.</param>
/// <param name="Input">The track as it came.</param>
/// <param name="IsClamped">The file takes no sample beyond ±1, so none will leave the stage.</param>
/// <param name="Rehearsals">What the limiter made of earlier gains.</param>
public sealed record NormalizationPlan(
    LoudnessMethod Method,
    double? TargetLufs,
    float Gain,
    double? CeilingDbtp,
    TrackLoudness Input,
    bool IsClamped,
    IReadOnlyList<Rehearsal> Rehearsals)
{
    const int MostTrims = 2;

    /// <summary>How far from the target a trim is still worth its pass, LU.</summary>
    const double ToleranceLu = 0.05;

    const double LargestTrimDb = 6.0;

    public double GainDb => Decibels.FromLinear(Gain);

    /// <summary>
    /// True while nobody knows how loud the limiter will leave the track: run it through <see cref="Open"/> once without writing and go on
    /// with <see cref="After"/>. At most two such passes.
    /// </summary>
    public bool NeedsRehearsal => CeilingDbtp is not null && Rehearsals.Count < MostTrims
        && (Rehearsals.Count == 0 || Math.Abs(TargetLufs!.Value - Rehearsals[^1].OutputLufs) > ToleranceLu);

    /// <summary>The plan once it has been heard: its gain trimmed by what was missing.</summary>
    public NormalizationPlan After(TrackLoudness output)
    {
        var heard = new Rehearsal(GainDb, output.IntegratedLufs);
        double missing = TargetLufs!.Value - heard.OutputLufs;
        IReadOnlyList<Rehearsal> rehearsals = [.. Rehearsals, heard];
        if (!(Math.Abs(missing) > ToleranceLu)) return this with { Rehearsals = rehearsals };

        // A limiter gives back less than one decibel for one; the second time we know how much less.
        double yield = Rehearsals.Count == 0 ? 1.0 : Math.Clamp((heard.OutputLufs - Rehearsals[^1].OutputLufs) / (heard.GainDb - Rehearsals[^1].GainDb), 0.2, 1.0);
        double trimDb = Math.Clamp(missing / yield, -LargestTrimDb, LargestTrimDb);
        return this with { Gain = (float)Decibels.ToLinear(heard.GainDb + trimDb), Rehearsals = rehearsals };
    }

    public NormalizationStage Open() => new(this);
}

/// <summary>One pass through the limiter that nobody kept.</summary>
/// <param name="GainDb">In front of the limiter.</param>
/// <param name="OutputLufs">Behind it.</param>
public readonly record struct Rehearsal(double GainDb, double OutputLufs);
