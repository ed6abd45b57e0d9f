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
    /// <param name="output">What a stage of this plan handed out.</param>
    public NormalizationPlan After(TrackLoudness output)
    {
        var heard = new Rehearsal(GainDb, output.IntegratedLufs);
        NormalizationPlan rehearsed = this with { Rehearsals = [.. Rehearsals, heard] };
        return Math.Abs(TargetLufs!.Value - heard.OutputLufs) > ToleranceLu ? rehearsed with { Gain = (float)Decibels.ToLinear(rehearsed.TrimmedGainDb()) } : rehearsed;
    }

    public NormalizationStage Open() => new(this);

    /// <summary>The gain that should reach the target. It never moves by more than 6 dB at once: nothing is known that far away.</summary>
    double TrimmedGainDb()
    {
        double missing = TargetLufs!.Value - Rehearsals[^1].OutputLufs;
        double trimDb = Rehearsals.Count == 1 ? FirstTrimDb(missing) : missing / Yield(Rehearsals[^2], Rehearsals[^1], missing);
        return GainDb + Math.Clamp(trimDb, -LargestTrimDb, LargestTrimDb);
    }

    /// <summary>What a limiter takes away grows faster than the gain that drives it: as its 1.5th power, near enough to start with.</summary>
    double FirstTrimDb(double missing)
    {
        double driveDb = GainDb + Input.TruePeakDbtp - CeilingDbtp!.Value;
        double trimDb = missing;
        while (trimDb is > 0.0 and < LargestTrimDb && trimDb - (missing * (Math.Pow((driveDb + trimDb) / driveDb, 1.5) - 1.0)) < missing) trimDb += 0.01;
        return trimDb;
    }

    /// <summary>Decibels of loudness for one of gain. Beyond what was tried it is a little less than between.</summary>
    static double Yield(Rehearsal first, Rehearsal second, double missing)
    {
        double between = (second.OutputLufs - first.OutputLufs) / (second.GainDb - first.GainDb);
        return Math.Clamp(missing > 0.0 ? 0.9 * between : between, 0.1, 1.0);
    }
}

/// <summary>One pass through the limiter that nobody kept.</summary>
/// <param name="GainDb">In front of the limiter.</param>
/// <param name="OutputLufs">Behind it.</param>
public readonly record struct Rehearsal(double GainDb, double OutputLufs);
