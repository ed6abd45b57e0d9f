using static DgxMusic.Composer.Scores.Patch;

namespace DgxMusic.Composer.Arrangement.Styles;

/// <summary>Beats: broken, half-time, dusty.</summary>
static class Urban
{
    public static readonly StyleSheet DrumAndBass = new()
    {
        Name = "drum & bass", Tempo = (170, 176), Form = FormKind.Electronic, MinorShare = 0.9, Transitions = true, BarsPerChord = 2,
        Minor = Stock.MinorDark, Major = Stock.MajorEpic,
        Drums = new([KitBreaks], [
            "K1 X.........X.....|S1 ....X.......X...|S2 .......g.g.....g|K2 ........o.......|H1 x.o.x.o.x.o.x.o.|D2 x...x...x...x...|H3 .g.g.g.g.g.g.g.g|M3 ogogogogogogogog",
            "K1 X.......o.X.....|S1 ....X..g.g..X..g|H1 x.o.x.o.x.o.x.o.|D2 x...x...x...x...|O2 ..............x.",
            "K1 X.......x.X.....|S1 ....X.......X.g.|S2 ..g....g.g......|H1 x.o.x.o.x.o.x.o.|H2 .g.g.g.g.g.g.g.g|R3 ...o..o....o..o."],
            [Fill.Breakbeat, Fill.Snare, Fill.Silence], 0.85),
        Bass = Stock.Bass([ReeseBass, FmBass, SubBass], "R-r.R-r.R-r.R-F.", "R---R-..R---R-F.", "R---r---R-R-r-F-", "R-r-R---R-r-O---") with { Placement = new(-2, Width: 0.2, Duck: 0.35, Drive: 0.2) },
        Chords = new([Stab, ElectricPiano, PolySynth], "..x...x...x.....", "x.....x...x.....", "X--....x-.......", "...x..x....x..x.")
        {
            Low = 55, High = 78, Articulation = 0.7, Placement = new(-8, Width: 0.7, Reverb: 0.35, Delay: 0.4),
        },
        Pad = Stock.Pad(WarmPad, Choir, GlassPad) with { Placement = new(-10, Width: 1, Reverb: 0.5, Duck: 0.25) },
        Arp = Stock.Arp([Pluck, Arp, Bell], "0.1.2.3.0.1.2.3.", "0..1..2.3..2..1.", "0.2.1.3.0.2.1.3."),
        Lead = Stock.Lead([SquareLead, SawLead, SoftLead], Stock.Syncopated) with { MotifBars = 2 },
        Counter = Stock.Counter(SoftLead, StringSection),
    };

    public static readonly StyleSheet Dubstep = DrumAndBass with
    {
        Name = "dubstep", Tempo = (138, 144),
        Drums = new([KitTrap, Kit909], [
            "K1 X.....x.........|S1 ........X.......|H1 x.x.x.x.x.x.x.x.|H3 .g.g.gxg.g.g.gxg|C2 ........x.......",
            "K1 X..x......x.....|S1 ........X......g|H1 x..x..x.x..x..x.|O2 ..............x.|R3 ...o......o....."],
            [Fill.Silence, Fill.Snare, Fill.Hats], 0.9),
        Bass = Stock.Bass([ReeseBass, AcidBass], "R--R--R-R-R-R---", "RR.RR.R-R---R-F-", "R---R.R.R-O-R-R-") with { Placement = new(-1, Width: 0.3, Duck: 0.5, Drive: 0.4) },
    };

    public static readonly StyleSheet Trap = new()
    {
        Name = "trap", Tempo = (132, 150), Form = FormKind.Loop, MinorShare = 0.95, Transitions = true, BarsPerChord = 1,
        Minor = Stock.MinorDark, Major = Stock.MajorPop,
        Drums = new([KitTrap, Kit808], [
            "K1 X...o...o.x.x...|S1 ........X.......|C1 ........x.......|H1 x.x.x.x.x.x.x.x.|H2 .......o.....o.o|R3 ...o......o....o",
            "K1 X..xx...o...x.x.|S1 ........X.......|C1 ........x.......|H1 x.x.x.xxx.x.x.x.|H3 ...o...o...ooooo|O2 ......x.........",
            "K1 X...x..xo...x...|S1 ........X..g....|C1 ........x.......|H1 x.xxx.x.x.xxx.xx|L3 ..o.....o..o...."],
            [Fill.Hats, Fill.Silence, Fill.Snare], 0.6),
        Bass = Stock.Bass([Bass808], "kick", "R---r-----R-r---", "R---R--.R---F---") with { Low = 26, High = 46, Articulation = 1, Placement = new(-1, Drive: 0.2) },
        Chords = new([Piano, Bell, GlassPad, Pluck], "X-------x-------", "X...x...X...x...", "X---..x-X---....")
        {
            Low = 55, High = 77, Voices = 3, Placement = new(-7, Width: 0.5, Reverb: 0.3, Delay: 0.2),
        },
        Pad = Stock.Pad(Choir, WarmPad) with { Placement = new(-12, Width: 0.9, Reverb: 0.45) },
        Arp = Stock.Arp([Bell, Pluck, MusicBox], "0...2...1...3...", "0..1..2.0..1..2.", "0.2.1.2.0.2.1.2."),
        Lead = Stock.Lead([Bell, Flute, SquareLead, Pluck], Stock.Sparse) with { MotifBars = 2 },
        Counter = Stock.Counter(Choir, SoftLead),
    };

    public static readonly StyleSheet BoomBap = new()
    {
        Name = "boom bap hip-hop", Tempo = (84, 96), Form = FormKind.Loop, MinorShare = 0.8, Swing = 0.22, LooseSeconds = 0.006, LaidBackSeconds = 0.012, Crackle = true, Force = 0.85,
        Minor = Stock.MinorSeventh, Major = Stock.MajorSeventh, Richness = Theory.Richness.Seventh,
        Drums = new([KitLoFi, KitBreaks], [
            "K1 X......x..X.....|S1 ....X.......X...|H1 x.x.x.x.x.x.x.x.|S3 .......g.g......",
            "K1 X.x.......Xx....|S1 ....X.......X..g|H1 x.x.x.x.x.x.x.x.|O2 ..............x.",
            "K1 X..x...x..X.....|S1 ....X.......X...|H1 xgx.xgx.xgx.xgx.|T3 ....x.......x..."],
            [Fill.Snare, Fill.Silence, Fill.Percussion], 0.4) { Drive = 0.2 },
        Bass = Stock.Bass([FingerBass, UprightBass], "R-..r-.RR-..r-..", "R---r.R-R-..F-A.", "R--.r-r-R-..F-..") with { Placement = new(-1) },
        Chords = new([ElectricPiano, Piano, Organ], "X---....x-......", "x-..x-....x-....", "X------.x---....")
        {
            Low = 52, High = 75, StrumSeconds = 0.015, Placement = new(-6, Width: 0.4, Reverb: 0.2),
        },
        Pad = Stock.Pad(StringSection, WarmPad) with { Placement = new(-13, Width: 0.8, Reverb: 0.4) },
        Lead = Stock.Lead([Trumpet, Vibraphone, Saxophone, Piano], Stock.Sparse) with { MotifBars = 2 },
        Counter = Stock.Counter(Flute, StringSection),
    };

    public static readonly StyleSheet LoFi = BoomBap with
    {
        Name = "lo-fi", Tempo = (76, 90), MinorShare = 0.5, Swing = 0.26, LooseSeconds = 0.01, LaidBackSeconds = 0.018, Force = 0.72, Richness = Theory.Richness.Ninth,
        Drums = new([KitLoFi], [
            "K1 X...g..gx...g...|S1 ....x.......x...|H1 x.o.x.o.x.o.x.o.|S3 .......g........",
            "K1 X...g...x.o.g...|S1 ....x.......x..g|H1 x.o.x.o.x.o.x.o.|R2 ..........o.....",
            "K1 X...g...x..og...|R1 ....x.......x...|H1 x.o.x.o.x.o.x.o.|M2 .o.o.o.o.o.o.o.o"],
            [Fill.Percussion, Fill.Silence, Fill.Brushes], 0) { GainDb = -1 },
        Bass = Stock.Bass([FingerBass, UprightBass], "R---r---R---r---", "R---r---R---r-F-", "R---r---R--.r---") with { Articulation = 0.8, Placement = new(-1) },
        Chords = new([ElectricPiano, Piano, CleanGuitar], "X-------x---....", "X-----x-....x---", "x---..x-..x---..")
        {
            Low = 52, High = 76, StrumSeconds = 0.03, Brightness = 0.42, Placement = new(-4, Width: 0.5, Reverb: 0.25, Chorus: 0.4),
        },
        Lead = Stock.Lead([Vibraphone, SoftLead, CleanGuitar, MusicBox], Stock.Sparse) with { Brightness = 0.45, Placement = new(-6, Reverb: 0.3, Delay: 0.3), MotifBars = 2 },
    };
}
