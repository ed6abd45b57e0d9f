namespace DgxMusic.Composer.Arrangement.Styles;

/// <summary>Every style by the name that the prompt's words lead to.</summary>
static class StyleBook
{
    /// <summary>What is played where nothing in the prompt says.</summary>
    public const string Usual = "pop";

    static readonly Dictionary<string, StyleSheet> sheets = new()
    {
        ["edm"] = Electronic.Edm, ["house"] = Electronic.House, ["techno"] = Electronic.Techno, ["trance"] = Electronic.Trance, ["synthwave"] = Electronic.Synthwave,
        ["drum & bass"] = Urban.DrumAndBass, ["dubstep"] = Urban.Dubstep, ["trap"] = Urban.Trap, ["boom bap"] = Urban.BoomBap, ["lo-fi"] = Urban.LoFi,
        ["rock"] = Band.Rock, ["metal"] = Band.Metal, ["pop"] = Band.Pop, ["chiptune"] = Band.Chiptune, ["jazz"] = Band.Jazz, ["bossa nova"] = Band.BossaNova,
        ["funk"] = Band.Funk, ["soul"] = Band.Soul, ["reggae"] = Band.Reggae, ["folk"] = Band.Folk,
        ["ambient"] = Scenic.Ambient, ["cinematic"] = Scenic.Cinematic, ["piano"] = Scenic.Piano,
    };

    public static IReadOnlyCollection<string> Names => sheets.Keys;

    public static StyleSheet Find(string name) => sheets[name];
}
