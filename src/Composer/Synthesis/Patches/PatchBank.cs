using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Synthesis.Drums;

namespace DgxMusic.Composer.Synthesis.Patches;

/// <summary>Every instrument by its name in the score.</summary>
static class PatchBank
{
    /// <summary>What the part's sound is made with, levelled against the others.</summary>
    public static Instrument Instrument(Patch patch) => Make(patch) with { LevelDb = PatchLevels.Of(patch) };

    /// <summary>The drums of a kit; null for what is no kit.</summary>
    public static DrumKit? Kit(Patch patch) => patch switch
    {
        Patch.Kit909 => ElectronicKits.Kit909,
        Patch.Kit808 => ElectronicKits.Kit808,
        Patch.KitTrap => ElectronicKits.Trap,
        Patch.KitSynthwave => ElectronicKits.Synthwave,
        Patch.KitRock => AcousticKits.Rock,
        Patch.KitBreaks => AcousticKits.Breaks,
        Patch.KitJazzBrushes => AcousticKits.JazzBrushes,
        Patch.KitLoFi => AcousticKits.LoFi,
        Patch.KitCinematic => AcousticKits.Cinematic,
        Patch.KitSoft => AcousticKits.Soft,
        _ => null,
    };

    static Instrument Make(Patch patch) => patch switch
    {
        _ when Kit(patch) is { } kit => new(rate => new DrumVoice(kit, rate), Stereo: true) { Polyphony = 24, Drums = true, Drive = kit.Drive },
        Patch.SubBass => BassPatches.Sub,
        Patch.Bass808 => BassPatches.Bass808,
        Patch.ReeseBass => BassPatches.Reese,
        Patch.AcidBass => BassPatches.Acid,
        Patch.SawBass => BassPatches.Saw,
        Patch.FmBass => BassPatches.Fm,
        Patch.FingerBass => StringPatches.FingerBass,
        Patch.PickBass => StringPatches.PickBass,
        Patch.UprightBass => StringPatches.UprightBass,
        Patch.AcousticGuitar => StringPatches.AcousticGuitar,
        Patch.CleanGuitar => StringPatches.CleanGuitar,
        Patch.MutedGuitar => StringPatches.MutedGuitar,
        Patch.DistortedGuitar => StringPatches.DistortedGuitar,
        Patch.Piano => KeyPatches.Piano,
        Patch.ElectricPiano => KeyPatches.ElectricPiano,
        Patch.Organ => KeyPatches.Organ,
        Patch.Vibraphone => KeyPatches.Vibraphone,
        Patch.MusicBox => KeyPatches.MusicBox,
        Patch.Bell => KeyPatches.Bell,
        Patch.SuperSaw => SynthPatches.SuperSaw,
        Patch.Stab => SynthPatches.Stab,
        Patch.Pluck => SynthPatches.Pluck,
        Patch.Arp => SynthPatches.Arp,
        Patch.PolySynth => SynthPatches.PolySynth,
        Patch.Brass => SynthPatches.Brass,
        Patch.WarmPad => PadPatches.Warm,
        Patch.GlassPad => PadPatches.Glass,
        Patch.StringSection => PadPatches.StringSection,
        Patch.Choir => PadPatches.Choir,
        Patch.Drone => PadPatches.Drone,
        Patch.SquareLead => LeadPatches.Square,
        Patch.SawLead => LeadPatches.Saw,
        Patch.SoftLead => LeadPatches.Soft,
        Patch.Flute => LeadPatches.Flute,
        Patch.Trumpet => LeadPatches.Trumpet,
        Patch.Saxophone => LeadPatches.Saxophone,
        Patch.SoloStrings => LeadPatches.SoloStrings,
        Patch.Riser => EffectPatches.Riser,
        Patch.Downlifter => EffectPatches.Downlifter,
        Patch.Impact => EffectPatches.Impact,
        Patch.NoiseSweep => EffectPatches.NoiseSweep,
        Patch.VinylNoise => EffectPatches.VinylNoise,
        _ => throw new ArgumentOutOfRangeException(nameof(patch), patch, "No instrument has this name."),
    };
}
