using static DgxMusic.Composer.Scores.Patch;

namespace DgxMusic.Composer.Arrangement.Styles;

/// <summary>People in a room with instruments.</summary>
static class Band
{
    public static readonly StyleSheet Rock = new()
    {
        Name = "rock", Tempo = (112, 144), Form = FormKind.Song, MinorShare = 0.5, LooseSeconds = 0.004,
        Minor = ["i VI VII i", "i iv i VII", "i VI iv i", "i i VI VII"], Major = ["I bVII IV I", "I IV I V", "I I IV V", "I IV bVII IV"], Richness = Theory.Richness.Power,
        Drums = new([KitRock], [
            "K1 X.......X.o.....|S1 ....X.......X...|H1 X.o.X.o.X.o.X.o.|S3 .......g........",
            "K1 X..o....X.o.....|S1 ....X.......X...|D2 X.o.X.o.X.o.X.o.|O3 ..............x.",
            "K1 X.o.....X.o...o.|S1 ....X.......X...|H1 x.x.x.x.x.x.x.x.|O2 ......x.........|T3 x...x...x...x..."],
            [Fill.Toms, Fill.Snare, Fill.Toms], 0.9) { Reverb = 0.14 },
        Bass = Stock.Bass([PickBass, FingerBass], "R.r.R.r.R.r.R.r.", "R.r.R.r.R.r.R.A.", "R..rR.r.R..rR.F.") with { Articulation = 0.95 },
        Chords = new([DistortedGuitar], "X-x-x-x-X-x-x-x-", "X---x-x-X-x-x-x-", "X---..x-X-x-x---")
        {
            Low = 40, High = 64, Voices = 3, Articulation = 0.96, Placement = new(-5, Width: 0.9, Reverb: 0.1),
        },
        Pad = Stock.Pad(Organ) with { Placement = new(-14, Width: 0.5, Reverb: 0.2) },
        Lead = Stock.Lead([CleanGuitar, DistortedGuitar], Stock.Driving) with { Low = 59, High = 81, Placement = new(-5, Reverb: 0.25, Delay: 0.2) },
        Counter = Stock.Counter(CleanGuitar),
    };

    public static readonly StyleSheet Metal = Rock with
    {
        Name = "metal", Tempo = (140, 176), MinorShare = 1, Minor = ["i i VI V", "i VI VII V", "i i iv V", "i VII VI V"],
        Drums = new([KitRock], [
            "K1 X.xxX.xxX.xxX.xx|S1 ....X.......X...|H1 x...x...x...x...|D3 x.x.x.x.x.x.x.x.",
            "K1 XxxxXxxxXxxxXxxx|S1 ....X.......X...|D2 x...x...x...x...|O3 x...x...x...x...",
            "K1 X..xX..xX..xX.xx|S1 ........X.......|O1 x...x...x...x..."],
            [Fill.Toms, Fill.Snare], 1),
        Chords = new([DistortedGuitar], "X.xxX.xxX.xxX.xx", "XxxxX-x-XxxxX-x-", "X-----xxX-----xx")
        {
            Low = 38, High = 60, Voices = 3, Articulation = 0.85, Placement = new(-4, Width: 1),
        },
        Bass = Stock.Bass([PickBass], "R.rrR.rrR.rrR.rr", "RrrrR-r-RrrrR-A-", "R-----rrR-----rr") with { Placement = new(-3, Drive: 0.3) },
    };

    public static readonly StyleSheet Pop = new()
    {
        Name = "pop", Tempo = (100, 124), Form = FormKind.Song, MinorShare = 0.3, Transitions = true,
        Minor = Stock.MinorPop, Major = Stock.MajorPop,
        Drums = new([Kit909, KitSoft], [
            "K1 X.......X.x.....|S1 ....X.......X...|C2 ....x.......x...|H1 x.x.x.x.x.x.x.x.|M3 .o.o.o.o.o.o.o.o",
            "K1 X...X...X...X...|C1 ....X.......X...|O2 ..x...x...x...x.|H3 xoxoxoxoxoxoxoxo",
            "K1 X..x..x.X.......|S1 ....X.......X..g|H1 x.x.x.x.x.x.x.x.|T3 ..x...x...x...x."],
            [Fill.Snare, Fill.Toms, Fill.Silence], 0.8),
        Bass = Stock.Bass([SawBass, FingerBass, FmBass], "R...R..RR...R.O.", "R..R..R.R..R..F.", "R.R.R.R.R.R.R.A.") with { Placement = new(-2, Duck: 0.3) },
        Chords = new([Piano, ElectricPiano, PolySynth, CleanGuitar], "X---x---X---x---", "X--x--x-X--x--x-", "x...X-..x...X-x-")
        {
            Low = 53, High = 77, Placement = new(-6, Width: 0.6, Reverb: 0.25),
        },
        Pad = Stock.Pad(WarmPad, StringSection),
        Arp = Stock.Arp([Pluck, Arp], "0.1.2.1.0.1.2.1.", "0.2.1.2.0.2.1.2.", "01230123........"),
        Lead = Stock.Lead([SoftLead, SquareLead, Pluck, Flute], Stock.Flowing),
        Counter = Stock.Counter(Bell, StringSection),
    };

    public static readonly StyleSheet Chiptune = Pop with
    {
        Name = "chiptune", Tempo = (130, 160), Form = FormKind.Loop, Transitions = false,
        Drums = new([Kit808], [
            "K1 X...X...X...X...|S1 ....X.......X...|H1 ..x...x...x...x.|H3 x.xxx.xxx.xxx.xx",
            "K1 X..x..x.X..x..x.|S1 ....X.......X.xx|H1 x.x.x.x.x.x.x.x."],
            [Fill.Snare, Fill.Hats], 0),
        Bass = Stock.Bass([SawBass, FmBass], "R.O.R.O.R.O.R.O.", "RRO.RRO.RRO.RROF") with { Articulation = 0.7 },
        Chords = new([Arp, Pluck], "0123012301230123", "0120120120120120") { Low = 60, High = 84, Placement = new(-8, Width: 0.3) },
        Lead = Stock.Lead([SquareLead], Stock.Driving) with { Placement = new(-3) },
        Pad = null,
    };

    public static readonly StyleSheet Jazz = new()
    {
        Name = "jazz", Tempo = (112, 140), Form = FormKind.Jazz, MinorShare = 0.35, Swing = 0.33, SwingSteps = 2, LooseSeconds = 0.009, Force = 0.72,
        Minor = ["i iv i V", "i VI ii° V i i ii° V", "i i iv V"], Major = ["I vi ii V I I ii V", "I IV I V", "I I ii V"], Richness = Theory.Richness.Seventh,
        Drums = new([KitJazzBrushes], [
            "D1 x...x.x.x...x.x.|P1 ....x.......x...|K1 o.......o.......|S3 ..g...g.....g...",
            "D1 x...x.x.x...x.x.|P1 ....x.......x...|K2 o...o...o...o...|S2 ......g...g...g.|R3 ............o...",
            "D1 x.x.x...x.x.x...|P1 ....x.......x...|K1 o.......o.....o.|S3 ..g.......g....."],
            [Fill.Brushes, Fill.Snare], 0.35) { GainDb = 1 },
        Bass = Stock.Bass([UprightBass], "walk", "walk", "walk") with { Articulation = 0.95, Placement = new(0, Reverb: 0.08) },
        Chords = new([Piano, CleanGuitar, Vibraphone], "x.....x.........", "..x...x.....x...", "x-....x-......x.", "......x...x.....")
        {
            Low = 53, High = 76, StrumSeconds = 0.01, Articulation = 0.8, Placement = new(-6, Pan: -0.25, Width: 0.4, Reverb: 0.18),
        },
        Lead = Stock.Lead([Saxophone, Trumpet, Vibraphone, Flute], Stock.Swung) with { MotifBars = 2, Placement = new(-3, Reverb: 0.22) },
        Counter = Stock.Counter(Trumpet, Flute, CleanGuitar),
    };

    public static readonly StyleSheet BossaNova = Jazz with
    {
        Name = "bossa nova jazz", Tempo = (120, 140), Swing = 0, MinorShare = 0.4,
        Drums = new([KitJazzBrushes, KitSoft], [
            "K1 X..xX..xX..xX..x|R1 x..x..x...x..x..|H1 x.x.x.x.x.x.x.x.|M2 oooooooooooooooo",
            "K1 X..xX..xX..xX..x|R1 ..x..x.x..x..x..|H1 x.x.x.x.x.x.x.x."],
            [Fill.Percussion, Fill.Brushes], 0),
        Bass = Stock.Bass([UprightBass], "R--.F--RR--.F--A", "R--.F--FR--.F--A") with { Articulation = 0.9 },
        Chords = new([AcousticGuitar, ElectricPiano], "x..x..x...x..x..", "..x..x.x..x..x..") { Low = 50, High = 72, StrumSeconds = 0.012, Placement = new(-4, Pan: -0.2, Width: 0.4, Reverb: 0.15) },
        Lead = Stock.Lead([Flute, Saxophone, Vibraphone], Stock.Flowing) with { MotifBars = 2 },
    };

    public static readonly StyleSheet Funk = new()
    {
        Name = "funk", Tempo = (100, 118), Form = FormKind.Song, MinorShare = 0.5, LooseSeconds = 0.004, Swing = 0.08,
        Minor = Stock.MinorSeventh, Major = Stock.MajorSeventh, Richness = Theory.Richness.Seventh,
        Drums = new([KitRock, Kit909], [
            "K1 X..x..x...x..x..|S1 ....X..g.g..X..g|H1 x.x.x.x.x.x.x.x.|H3 .o.o.o.o.o.o.o.o",
            "K1 X...X...X...X...|S1 ....X.......X...|O1 ..x...x...x...x.|H2 x.xox.xox.xox.xo|T3 ....x.......x..."],
            [Fill.Snare, Fill.Toms], 0.6),
        Bass = Stock.Bass([FingerBass, FmBass], "R..r.RO..r.R..FA", "R.O..R.OR.O.rR.A", "RR..O.R..RO.F.R.") with { Articulation = 0.7, Placement = new(0) },
        Chords = new([MutedGuitar, CleanGuitar, ElectricPiano], "..xx..x.x.xx..x.", "x.xx.x.x..xx.x..", "...x..x....x..xx") { Low = 54, High = 78, Articulation = 0.45, Placement = new(-5, Pan: 0.35, Width: 0.2, Reverb: 0.08) },
        Pad = Stock.Pad(StringSection, Organ) with { Placement = new(-11, Width: 0.8, Reverb: 0.25) },
        Lead = Stock.Lead([Brass, Saxophone, Trumpet], Stock.Syncopated),
        Counter = Stock.Counter(StringSection, Flute),
    };

    public static readonly StyleSheet Soul = Funk with
    {
        Name = "soul", Tempo = (76, 96), Swing = 0.16, LaidBackSeconds = 0.01, Force = 0.8, Richness = Theory.Richness.Ninth,
        Chords = new([ElectricPiano, Organ, CleanGuitar], "X---..x-....x---", "X-----x---x-....") { Low = 52, High = 76, StrumSeconds = 0.02, Placement = new(-4, Width: 0.5, Reverb: 0.2, Chorus: 0.3) },
        Lead = Stock.Lead([Saxophone, SoftLead, CleanGuitar], Stock.Flowing) with { MotifBars = 2 },
    };

    public static readonly StyleSheet Reggae = Funk with
    {
        Name = "reggae", Tempo = (72, 84), Swing = 0.1, Richness = Theory.Richness.Triad,
        Drums = new([KitRock], ["K1 ........X.......|R1 ........x.......|H1 x.x.x.x.x.x.x.x.|H3 ...o...o...o...o|O2 ..............x.", "K1 X...X...X...X...|R1 ....x.......x...|H1 ..x...x...x...x."], [Fill.Toms, Fill.Snare], 0.5),
        Bass = Stock.Bass([FingerBass, SubBass], "R-..R-F-..R-F-..", "..R-R-..F-O-R-..", "R---..r-R-F-A-..") with { Placement = new(1) },
        Chords = new([Organ, MutedGuitar, Piano], "....x.......x...", "....xx......xx..") { Low = 55, High = 76, Articulation = 0.35, Placement = new(-4, Width: 0.4, Reverb: 0.15, Delay: 0.3) },
    };

    public static readonly StyleSheet Folk = new()
    {
        Name = "folk", Tempo = (92, 116), Form = FormKind.Song, MinorShare = 0.3, LooseSeconds = 0.008, Force = 0.78,
        Minor = Stock.MinorPop, Major = Stock.MajorPop,
        Drums = new([KitSoft], [
            "K1 X.......x.......|R1 ....x.......x...|M1 x.o.x.o.x.o.x.o.|T3 ....x.......x...",
            "K1 X.......x.x.....|S2 ....o.......o...|M1 x.xox.xox.xox.xo"],
            [Fill.Percussion, Fill.Brushes], 0.3) { GainDb = -2 },
        Bass = Stock.Bass([UprightBass, FingerBass], "R-------F-------", "R---..R-F---..A-") with { Articulation = 0.9 },
        Chords = new([AcousticGuitar], "X..u..uxX..u..ux", "0.2.1.2.0.2.1.3.", "x...x.u.x.u.x.u.") { Low = 43, High = 71, Voices = 5, StrumSeconds = 0.025, Articulation = 1, Placement = new(-2, Width: 0.6, Reverb: 0.15) },
        Pad = Stock.Pad(StringSection) with { Placement = new(-13, Width: 0.8, Reverb: 0.3) },
        Lead = Stock.Lead([Flute, SoloStrings, AcousticGuitar], Stock.Flowing) with { MotifBars = 2 },
        Counter = Stock.Counter(SoloStrings, Flute),
    };
}
