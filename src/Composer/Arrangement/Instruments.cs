using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Arrangement;

/// <summary>What every instrument can play and where it belongs.</summary>
static class Instruments
{
    /// <summary>Lowest and highest MIDI number; drums: the percussion numbers of General MIDI.</summary>
    public static (int Low, int High) Range(Patch patch) => patch switch
    {
        <= Patch.KitSoft => (35, 81),
        Patch.SubBass or Patch.Bass808 => (24, 52),
        <= Patch.UprightBass => (28, 60),
        <= Patch.DistortedGuitar => (40, 84),
        Patch.Piano => (21, 108),
        Patch.ElectricPiano or Patch.Organ => (28, 96),
        Patch.Vibraphone => (53, 89),
        Patch.MusicBox or Patch.Bell => (60, 100),
        <= Patch.Brass => (36, 96),
        Patch.Drone => (24, 72),
        <= Patch.Choir => (36, 91),
        Patch.Flute => (60, 96),
        Patch.Trumpet => (54, 84),
        Patch.Saxophone => (49, 82),
        <= Patch.SoloStrings => (48, 98),
        _ => (0, 127),
    };

    /// <summary>The stem a patch is heard in. A melody is always in <c>lead</c>.</summary>
    public static string Stem(Patch patch, Role role) => patch switch
    {
        _ when role == Role.Effects => "fx",
        <= Patch.KitSoft => "drums",
        _ when role == Role.Bass => "bass",
        _ when role == Role.Lead => "lead",
        <= Patch.UprightBass => "bass",
        <= Patch.DistortedGuitar => "guitars",
        <= Patch.MusicBox => "keys",
        <= Patch.Brass => "synths",
        <= Patch.Drone => "pads",
        _ => "lead",
    };

    /// <summary>The patch's name as words: <c>ElectricPiano</c> is "electric piano".</summary>
    public static string NameOf(Patch patch)
    {
        var name = new System.Text.StringBuilder();
        foreach (char c in patch.ToString())
        {
            if (name.Length > 0 && (char.IsUpper(c) || (char.IsDigit(c) && !char.IsDigit(name[^1])))) name.Append(' ');
            name.Append(char.ToLowerInvariant(c));
        }
        return name.ToString();
    }
}
