namespace DgxMusic.Contracts;

/// <summary>What is to be done to a separated track afterwards, in this order; null leaves a step out. Without any, samples pass bit for bit.</summary>
/// <param name="TargetLufs">One gain to this loudness, −70 to −5 LUFS; less where the true peak would exceed −1 dBTP.</param>
public sealed record PostProcess(DeBleed? DeBleed = null, Denoise? Denoise = null, NoiseGate? Gate = null, double? TargetLufs = null)
{
    public bool IsNothing => this is { DeBleed: null, Denoise: null, Gate: null, TargetLufs: null };

    /// <summary>The sum of the other stems has to be given with every block.</summary>
    public bool NeedsOthers => DeBleed is not null;

    /// <summary>The track has to be run through once to be measured.</summary>
    public bool NeedsMeasuring => TargetLufs is not null;
}

/// <summary>Turns down what the other stems left in a track: bins in which they dominate.</summary>
/// <remarks>A bin's gain is 1 / (1 + r^exponent), r = (power of the others / power of the track) less the margin, and never less than the depth.</remarks>
/// <param name="MarginDb">How far the others have to be above the track in a bin for half its gain, 0 to 40 dB.</param>
/// <param name="Exponent">How steeply the gain falls there, 0.5 to 4.</param>
/// <param name="DepthDb">The most a bin is turned down, 0 to 60 dB.</param>
public sealed record DeBleed(double MarginDb = 15.0, double Exponent = 2.0, double DepthDb = 20.0);

/// <summary>Turns down steady broadband noise, such as hiss. What hums or rings counts as music.</summary>
/// <param name="ReductionDb">How far noise alone is turned down, 0 to 30 dB; up to 24 it keeps its character, beyond it begins to twitter.</param>
/// <param name="Strength">Taken for noise: so many times the power of the floor that was found, 0.25 to 4.</param>
public sealed record Denoise(double ReductionDb = 12.0, double Strength = 1.0);

/// <summary>Turns the track down where it is quiet. All channels together; opened ahead of time by its attack, so that onsets are whole.</summary>
/// <param name="ThresholdDbfs">Sample magnitude that opens it, −100 to 0 dBFS.</param>
/// <param name="HysteresisDb">How far below the threshold the track has to fall for it to close, 0 to 24 dB.</param>
/// <param name="AttackMs">Time to open, 0 to 50 ms.</param>
/// <param name="HoldMs">Time it stays open after the last sample that would keep it so, 0 to 2000 ms.</param>
/// <param name="ReleaseMs">Time to close, 1 to 5000 ms; dB fall evenly.</param>
/// <param name="RangeDb">How far the closed gate turns down, 0 to 100 dB.</param>
public sealed record NoiseGate(
    double ThresholdDbfs = -50.0, double HysteresisDb = 6.0, double AttackMs = 5.0, double HoldMs = 50.0, double ReleaseMs = 100.0, double RangeDb = 40.0);
