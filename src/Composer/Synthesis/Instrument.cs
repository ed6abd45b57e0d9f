using DgxMusic.Composer.Synthesis.Signal;
using DgxMusic.Composer.Synthesis.Voices;

namespace DgxMusic.Composer.Synthesis;

/// <summary>What a patch is made of: a kind of voice, and what its sound passes before it is placed.</summary>
/// <param name="Create">A new voice for a sample rate.</param>
/// <param name="Stereo">Voices write both channels.</param>
sealed record Instrument(Func<double, Voice> Create, bool Stereo = false)
{
    public int Polyphony { get; init; } = 16;

    /// <summary>A new note ends the one before it.</summary>
    public bool Solo { get; init; }

    /// <summary>Notes that touch slide into one another.</summary>
    public bool Glides { get; init; }

    /// <summary>Voices follow <see cref="Scores.Part.Brightness"/> themselves; else a filter behind them does.</summary>
    public bool FollowsBrightness { get; init; }

    public bool Drums { get; init; }

    /// <summary>Saturation, 0 to 1, added to that of the placement.</summary>
    public double Drive { get; init; }

    /// <summary>Level before the saturation, linear, so that what is calibrated meets the same curve.</summary>
    public double DriveInput { get; init; } = 1;

    /// <summary>An amplifier turned up: high gain, then a loudspeaker.</summary>
    public bool Amplified { get; init; }

    /// <summary>Filters that stand still: body, formants, tone.</summary>
    public Func<double, FilterCoefficients>[] Body { get; init; } = [];

    public double TremoloHz { get; init; }

    public double TremoloDepth { get; init; }

    /// <summary>The tremolo moves between the sides instead of in level.</summary>
    public bool TremoloPans { get; init; }

    public double Chorus { get; init; }

    /// <summary>Levels patches alike; dB.</summary>
    public double LevelDb { get; init; }
}
