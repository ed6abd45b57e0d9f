using static DgxMusic.Composer.Scores.Patch;

namespace DgxMusic.Composer.Arrangement.Styles;

/// <summary>Music for dancing: four on the floor and its relatives.</summary>
static class Electronic
{
    static readonly string[] Sixteenths = ["0123012301230123", "0210321002103210", "0123210123210123", "3210321032103210", "0.120.120.120.12", "02.302.302.302.3"];

    public static readonly StyleSheet House = new()
    {
        Name = "house", Tempo = (118, 128), Form = FormKind.Electronic, MinorShare = 0.6, Transitions = true, Swing = 0.12,
        Minor = Stock.MinorSeventh, Major = Stock.MajorSeventh, Richness = Theory.Richness.Seventh,
        Drums = new([Kit909], [
            "K1 X...X...X...X...|C2 ....X.......X...|O2 ..x...x...x...x.|H3 o.g.o.g.o.g.o.g.|M3 goxggoxggoxggoxg",
            "K1 X...X...X...X...|C2 ....X.......X..g|H1 ..o...o...o...o.|O2 ..x...x...x...x.|R3 ...o..o....o.o..|T3 o.xoo.xoo.xoo.xo",
            "K1 X...X...X...X...|C2 ....X.......X...|H2 xgoxxgoxxgoxxgox|O3 ..x...x...x...x.|L3 ...o..oo..o....o"],
            [Fill.Snare, Fill.Silence, Fill.Hats]),
        Bass = Stock.Bass([FmBass, SawBass, FingerBass], "R..R..R...R...O.", "..R...R...R..RO.", "R.R...RF..R..RO.", "R..O..R..OR...F.") with { Placement = new(-1.5, Duck: 0.5) },
        Chords = new([Piano, Organ, Stab, ElectricPiano], "X..x..x...x..x..", "..x...x..x..x.x.", "X-..x..x-..x..x.", "x..x..X-...x..x.")
        {
            Low = 53, High = 76, Articulation = 0.7, Placement = new(-6, Width: 0.6, Reverb: 0.2, Duck: 0.4),
        },
        Pad = Stock.Pad(WarmPad, StringSection) with { Placement = new(-11, Width: 0.9, Reverb: 0.4, Duck: 0.6) },
        Arp = Stock.Arp([Pluck, Arp], Sixteenths),
        Lead = Stock.Lead([Pluck, SoftLead, Flute, Saxophone], Stock.Syncopated),
        Counter = Stock.Counter(SoftLead, Vibraphone),
    };

    public static readonly StyleSheet Edm = new()
    {
        Name = "edm", Tempo = (124, 132), Form = FormKind.Electronic, MinorShare = 0.5, Transitions = true,
        Minor = Stock.MinorPop, Major = Stock.MajorPop,
        Drums = new([Kit909], [
            "K1 X...X...X...X...|C2 ....X.......X...|S2 ....x.......x...|O2 ..X...X...X...X.|H3 xoxoxoxoxoxoxoxo",
            "K1 X...X...X...X...|C2 ....X.......X...|O2 ..x...x...x...x.|M3 xgoxxgoxxgoxxgox|D3 x...x...x...x...",
            "K1 X...X...X...X...|C2 ....X.......X..o|S3 ....x..g....x...|H2 ..xo..xo..xo..xo|O3 ..x...x...x...x."],
            [Fill.Snare, Fill.Silence, Fill.Toms], 0.9),
        Bass = Stock.Bass([SawBass, FmBass, ReeseBass], "..R-..R-..R-..R-", "..RR..RR..RR..RO", "R-R-R-R-R-R-R-O-", "R--R--R-R--R--O-") with { Placement = new(-1.5, Duck: 0.8) },
        Chords = new([SuperSaw, PolySynth, Stab], "X--x--x-X--x--x-", "X-..X-..X-..X-x-", "X--X--X---X-X-X-", "X---..x-X---..xx")
        {
            Low = 55, High = 79, Brightness = 0.85, Placement = new(-6, Width: 0.9, Reverb: 0.25, Duck: 0.75),
        },
        Pad = Stock.Pad(WarmPad, GlassPad, Choir) with { Placement = new(-11, Width: 0.9, Reverb: 0.45, Duck: 0.8) },
        Arp = Stock.Arp([Pluck, Arp, Bell], Sixteenths) with { Placement = new(-9, Pan: 0.25, Width: 0.6, Reverb: 0.3, Delay: 0.35, Duck: 0.4) },
        Lead = Stock.Lead([SawLead, SquareLead, Pluck, SuperSaw], Stock.Driving) with { Brightness = 0.85 },
        Counter = Stock.Counter(Bell, SoftLead, Pluck),
    };

    public static readonly StyleSheet Techno = new()
    {
        Name = "techno", Tempo = (126, 138), Form = FormKind.Electronic, MinorShare = 0.95, Transitions = true,
        Minor = ["i i i v", "i i VI i", "i i i VII", "i i iv i"], Major = ["I I I V", "I I IV I", "I I ii I"], BarsPerChord = 1,
        Drums = new([Kit909, Kit808], [
            "K1 X...X...X...X...|H1 ..x...x...x...x.|C2 ....x.......x...|R3 ..o..o..o..o..o.|M2 oggxoggxoggxoggx|D3 x...x...x...x...",
            "K1 X...X...X...X...|O2 ..X...X...X...X.|H2 xgogxgogxgogxgog|L3 ...o..o...o..o..|C3 ....x.......x...",
            "K1 X...X...X...X...|H1 ..x...x...x...x.|H3 xgxoxgxoxgxoxgxo|R2 x..o..x..o..x...|W3 ...o......o....."],
            [Fill.Silence, Fill.Hats, Fill.Percussion], 0.7),
        Bass = Stock.Bass([AcidBass, FmBass, ReeseBass], ".RRR.RRR.RRR.RRO", "..R...R...R...RO", "R..r..R..r..R.O.", "RrORrrRrSrRrORrF") with { Placement = new(-3, Duck: 0.7, Drive: 0.3) },
        Chords = new([Stab, PolySynth], "x..x..x..x..x...", "..x..x....x..x..", "......x.......x.", "x.....x...x.....")
        {
            Low = 53, High = 74, Articulation = 0.5, Brightness = 0.5, Placement = new(-8, Width: 0.6, Reverb: 0.4, Delay: 0.5, Duck: 0.4),
        },
        Pad = Stock.Pad(Drone, WarmPad) with { Placement = new(-13, Width: 0.9, Reverb: 0.5, Duck: 0.7), Brightness = 0.35 },
        Arp = Stock.Arp([Pluck, Arp], Sixteenths) with { Low = 48, High = 76, Placement = new(-10, Pan: 0.3, Width: 0.5, Reverb: 0.3, Delay: 0.4, Duck: 0.3) },
        Lead = Stock.Lead([Stab, SquareLead, Arp], Stock.Syncopated) with { Low = 57, High = 79, Articulation = 0.5, Placement = new(-8, Reverb: 0.3, Delay: 0.45) },
    };

    public static readonly StyleSheet Trance = new()
    {
        Name = "trance", Tempo = (132, 142), Form = FormKind.Electronic, MinorShare = 0.8, Transitions = true,
        Minor = Stock.MinorEpic, Major = Stock.MajorEpic,
        Drums = new([Kit909], [
            "K1 X...X...X...X...|O2 ..X...X...X...X.|C2 ....X.......X...|H3 xogoxogoxogoxogo",
            "K1 X...X...X...X...|O1 ..x...x...x...x.|C2 ....X.......X...|D3 x.x.x.x.x.x.x.x.|M3 goxogoxogoxogoxo"],
            [Fill.Snare, Fill.Silence, Fill.Snare], 0.9),
        Bass = Stock.Bass([SawBass, FmBass], "..RO..RO..RO..RO", ".RRR.RRR.RRR.RRO", ".RRO.RRO.RRO.RRF", "..R-..R-..R-..O-") with { Placement = new(-2, Duck: 0.6) },
        Chords = new([SuperSaw, PolySynth], "X.xX.xX.X.xX.xX.", "X-.x-.X-.x-.X-x-", "X.X.X.X.X.X.X.X.")
        {
            Low = 57, High = 81, Brightness = 0.85, Articulation = 0.7, Placement = new(-7, Width: 0.95, Reverb: 0.3, Delay: 0.2, Duck: 0.6),
        },
        Pad = Stock.Pad(WarmPad, StringSection, Choir) with { Placement = new(-9, Width: 1, Reverb: 0.5, Duck: 0.6) },
        Arp = Stock.Arp([Arp, Pluck], Sixteenths) with { Placement = new(-8, Pan: 0.2, Width: 0.7, Reverb: 0.35, Delay: 0.4, Duck: 0.4) },
        Lead = Stock.Lead([SawLead, SuperSaw], Stock.Flowing) with { MotifBars = 2, Brightness = 0.85, Placement = new(-4, Width: 0.4, Reverb: 0.35, Delay: 0.35) },
        Counter = Stock.Counter(Choir, SoftLead),
    };

    public static readonly StyleSheet Synthwave = new()
    {
        Name = "synthwave", Tempo = (100, 116), Form = FormKind.Song, MinorShare = 0.8, Transitions = true,
        Minor = Stock.MinorPop, Major = Stock.MajorPop,
        Drums = new([KitSynthwave], [
            "K1 X...X...X...X...|S1 ....X.......X...|H1 x.o.x.o.x.o.x.o.|C3 ....x.......x...",
            "K1 X.......X.x.....|S1 ....X.......X...|H1 xgogxgogxgogxgog|O3 ..............x.",
            "K1 X.....x.X.......|S1 ....X.......X...|H1 x.x.x.x.x.x.x.x.|T3 ..x...x...x...x."],
            [Fill.Toms, Fill.Snare, Fill.Toms], 0.85) { Reverb = 0.25 },
        Bass = Stock.Bass([SawBass, FmBass], "R.r.R.r.R.r.R.r.", "RrrrRrrrRrrrRrrr", "R.O.R.O.R.O.R.O.", "R.rrR.rrR.rrR.rO") with { Articulation = 0.8, Placement = new(-2, Duck: 0.35) },
        Chords = new([PolySynth, Brass, ElectricPiano], "X------x--------", "X--x----X--x----", "X-....x-..x-....", "X-----X-----X---")
        {
            Low = 53, High = 77, Placement = new(-7, Width: 0.7, Reverb: 0.35, Chorus: 0.5, Duck: 0.3),
        },
        Pad = Stock.Pad(WarmPad, StringSection) with { Placement = new(-11, Width: 1, Reverb: 0.5, Chorus: 0.5, Duck: 0.3) },
        Arp = Stock.Arp([Arp, Pluck], Sixteenths),
        Lead = Stock.Lead([SawLead, SquareLead, Bell], Stock.Flowing) with { MotifBars = 2, Placement = new(-4, Width: 0.3, Reverb: 0.4, Delay: 0.4) },
        Counter = Stock.Counter(Bell, SoftLead),
    };
}
