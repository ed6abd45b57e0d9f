using DgxMusic.Composer.Arrangement;
using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Prompts;

/// <summary>An instrument one can ask for or ask to leave out.</summary>
/// <param name="Patches">Any of these will do; all of them go where it is unwanted. Empty: whatever plays the role.</param>
/// <param name="Style">The style it suggests where none is named; empty for none.</param>
sealed record Instrument(string Name, Role Role, IReadOnlyList<Patch> Patches, string Style = "");

/// <summary>What a prompt asks for; null and zero where it does not say.</summary>
sealed record PromptIntent
{
    public string? Style { get; set; }

    /// <summary>A second style that lends its voices.</summary>
    public string? Flavour { get; set; }

    public double? Bpm { get; set; }

    /// <summary>−1 slow to 1 fast.</summary>
    public double Pace { get; set; }

    public bool HalfTime { get; set; }

    public bool Swings { get; set; }

    public int? Tonic { get; set; }

    public Mode? Mode { get; set; }

    public Metre? Metre { get; set; }

    /// <summary>−1 dark to 1 bright; null where no mood is named.</summary>
    public double? Valence { get; set; }

    /// <summary>0 calm to 1 driven; null where no mood is named.</summary>
    public double? Arousal { get; set; }

    public List<Instrument> Wanted { get; } = [];

    public List<Instrument> Unwanted { get; } = [];

    /// <summary>Nothing but what is wanted.</summary>
    public bool Alone { get; set; }
}
