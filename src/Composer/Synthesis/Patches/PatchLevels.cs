using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Synthesis.Patches;

/// <summary>
/// Gains, dB, that make a typical phrase of every patch of a kind equally loud. Found by measuring the integrated loudness of that phrase: drums −29.7,
/// basses −25.5, chords and keys −23.5, leads −25, pads −25.5 LUFS at a placement of −12 dB; distorted guitars, which never pause, −27.
/// </summary>
static class PatchLevels
{
    public static double Of(Patch patch) => patch switch
    {
        Patch.Kit909 => 0,
        Patch.Kit808 => -0.3,
        Patch.KitTrap => 0.2,
        Patch.KitBreaks => 2.2,
        Patch.KitRock => 0.4,
        Patch.KitJazzBrushes => 5.6,
        Patch.KitLoFi => 2.9,
        Patch.KitSynthwave => -0.4,
        Patch.KitCinematic => -1.6,
        Patch.KitSoft => 5.2,
        Patch.SubBass => -3.5,
        Patch.Bass808 => -2.2,
        Patch.ReeseBass => -0.3,
        Patch.AcidBass => -1.9,
        Patch.SawBass => 0.2,
        Patch.FmBass => -0.8,
        Patch.FingerBass => 10.5,
        Patch.PickBass => 9.6,
        Patch.UprightBass => 8.6,
        Patch.AcousticGuitar => 8.1,
        Patch.CleanGuitar => 8.8,
        Patch.MutedGuitar => 10.5,
        Patch.DistortedGuitar => -10.9,
        Patch.Piano => -2.4,
        Patch.ElectricPiano => -4.6,
        Patch.Organ => -5.7,
        Patch.Vibraphone => -3.6,
        Patch.MusicBox => -0.5,
        Patch.SuperSaw => -2.8,
        Patch.Stab => 4.5,
        Patch.Pluck => 4,
        Patch.Arp => -0.8,
        Patch.PolySynth => -2.8,
        Patch.Brass => -1.9,
        Patch.WarmPad => -2.6,
        Patch.GlassPad => -3.4,
        Patch.StringSection => -4.6,
        Patch.Choir => -6.4,
        Patch.Drone => -1.6,
        Patch.SquareLead => -4.3,
        Patch.SawLead => -1.1,
        Patch.SoftLead => -2.1,
        Patch.Flute => -4.1,
        Patch.Trumpet => -3.6,
        Patch.Saxophone => -6,
        Patch.Bell => -0.2,
        Patch.SoloStrings => -3.3,
        _ => 0,
    };
}
