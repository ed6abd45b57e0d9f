using DgxMusic.Composer.Scores;
using static DgxMusic.Composer.Scores.Patch;

namespace DgxMusic.Composer.Arrangement.Styles;

/// <summary>Music for pictures and for rest.</summary>
static class Scenic
{
    public static readonly StyleSheet Ambient = new()
    {
        Name = "ambient", Tempo = (80, 96), Form = FormKind.Ambient, MinorShare = 0.5, BarsPerChord = 2, Force = 0.62, LooseSeconds = 0.012,
        Cadence = Cadence.Plagal,
        Minor = ["i VI i iv", "i iv i VI", "i i VI iv"], Major = ["I IV I vi", "I vi I IV", "I I IV ii"], Richness = Theory.Richness.Seventh,
        Drums = new([KitSoft, Kit808], ["K1 x...o...x...o...|R2 ....g.......g...|M3 ..g...g...g...g.", "K1 x...x...x...x...|M2 g...g...g...g..."], [Fill.Percussion], 0) { GainDb = -2, Reverb = 0.5 },
        Bass = Stock.Bass([SubBass, UprightBass], "P---p---P---p---", "P---p---P---p---") with { Articulation = 0.35, Placement = new(-1, Reverb: 0.1) },
        Chords = new([GlassPad, WarmPad]) { Low = 50, High = 76, Articulation = 1, Brightness = 0.4, Placement = new(-3, Width: 1, Reverb: 0.6, Chorus: 0.4) },
        Pad = Stock.Pad(WarmPad, StringSection, Drone, Choir) with { Low = 43, High = 72, Brightness = 0.35, Placement = new(-5, Width: 1, Reverb: 0.6) },
        Arp = Stock.Arp([Bell, MusicBox, Pluck], "0...2...1...3...", "0...1...2...1...", "0...2.3.1...2...") with { Articulation = 1, Placement = new(-9, Pan: 0.3, Width: 0.6, Reverb: 0.6, Delay: 0.5) },
        Lead = Stock.Lead([SoftLead, Patch.Piano, Flute, ElectricPiano], Stock.Long) with { MotifBars = 2, Articulation = 1, Brightness = 0.45, Placement = new(-5, Width: 0.3, Reverb: 0.6, Delay: 0.4) },
        Counter = Stock.Counter(Choir, StringSection),
    };

    public static readonly StyleSheet Cinematic = new()
    {
        Name = "cinematic", Tempo = (102, 122), Form = FormKind.Cinematic, MinorShare = 0.85, Transitions = true,
        Minor = Stock.MinorEpic, Major = Stock.MajorEpic,
        Drums = new([KitCinematic], [
            "K1 X.......X.......|l1 X...x.o.X...x.oo|m2 ..o...o...o...o.|h3 ...o...o...o...o",
            "K1 X...x...X...x...|l1 x..ox.o.x..ox.o.|m2 ....x.......x...|S3 ............x.xx",
            "K1 X...o.x.X...o.x.|l2 x.oox.oox.oox.oo|m3 ..o...o...o...o."],
            [Fill.Toms, Fill.Percussion], 0.8) { Reverb = 0.35 },
        Bass = Stock.Bass([SubBass, UprightBass], "R---R---R---R---", "R-r-R-r-R-r-R-r-", "R---R---R---F---") with { Articulation = 0.85, Placement = new(-2, Reverb: 0.15) },
        Chords = new([StringSection, Brass], "X-x-x-x-X-x-x-x-", "XxxxXxxxXxxxXxxx", "X-------X-------") { Low = 48, High = 74, Voices = 3, Articulation = 0.65, Placement = new(-3.5, Width: 0.9, Reverb: 0.4) },
        Pad = Stock.Pad(Choir, StringSection) with { Placement = new(-6, Width: 1, Reverb: 0.5) },
        Arp = Stock.Arp([Patch.Piano, SoloStrings, Bell], "0.1.2.1.0.1.2.1.", "0120120120120120", "0.2.1.2.3.2.1.2.") with { Placement = new(-9, Pan: -0.2, Width: 0.5, Reverb: 0.4) },
        Lead = Stock.Lead([Brass, SoloStrings, Trumpet, Flute], Stock.Long) with { Low = 60, High = 84, MotifBars = 2, Articulation = 0.97, Placement = new(-2, Width: 0.4, Reverb: 0.4) },
        Counter = Stock.Counter(SoloStrings, Brass),
    };

    public static readonly StyleSheet Piano = new()
    {
        Name = "piano, classical", Tempo = (68, 92), Form = FormKind.Cinematic, MinorShare = 0.6, LooseSeconds = 0.012, Force = 0.75,
        Minor = Stock.MinorPop, Major = Stock.MajorPop,
        Drums = new([KitSoft], ["M1 g...g...g...g..."], [Fill.Percussion], 0) { GainDb = -12 },
        Bass = Stock.Bass([Patch.Piano], "R-------F-------", "R---F---O---F---", "R-----F-R-----A-") with { Low = 31, High = 55, Articulation = 1, Placement = new(-3, Reverb: 0.25) },
        Chords = new([Patch.Piano], "0.1.2.1.0.1.2.1.", "..u...u...u...u.", "0.2.1.2.0.2.1.2.") { Low = 48, High = 70, Articulation = 1.4, Placement = new(-5, Width: 0.5, Reverb: 0.3) },
        Pad = Stock.Pad(StringSection) with { Placement = new(-14, Width: 0.9, Reverb: 0.5) },
        Lead = Stock.Lead([Patch.Piano], Stock.Flowing) with { Low = 65, High = 89, MotifBars = 2, Articulation = 1.05, Placement = new(-1, Width: 0.4, Reverb: 0.3) },
    };
}
