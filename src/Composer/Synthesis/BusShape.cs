namespace DgxMusic.Composer.Synthesis;

/// <summary>How a stem holds its peaks. Levels are linear where they are not called dB.</summary>
readonly record struct BusShape(double ThresholdDb, double Ratio, double AttackSeconds, double ReleaseSeconds, double Knee, double Ceiling)
{
    /// <summary>The one gain of all stems and so of the mix.</summary>
    public const double MasterDb = -4;

    /// <summary>Drums get the most room; what sustains gets little, because it adds to everything else.</summary>
    public static BusShape For(string stem) => stem switch
    {
        "drums" => new(-17, 2.2, 0.018, 0.14, 0.42, 0.68),
        "bass" => new(-17, 2.5, 0.012, 0.16, 0.32, 0.5),
        "lead" => new(-19, 2, 0.012, 0.2, 0.28, 0.46),
        _ => new(-20, 1.8, 0.015, 0.2, 0.26, 0.44),
    };
}
