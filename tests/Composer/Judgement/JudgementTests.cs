namespace DgxMusic.Composer.Tests.Judgement;

/// <summary>Ten prompts of ten genres, two seeds each, 32 s.</summary>
public sealed class JudgedPieces
{
    static readonly (string Genre, string Prompt)[] prompts =
    [
        ("house", "upbeat house music with piano"),
        ("techno", "dark techno"),
        ("drum & bass", "liquid drum and bass"),
        ("trap", "trap beat with bells"),
        ("lo-fi", "lofi hip hop, rainy day"),
        ("rock", "driving rock with distorted guitars"),
        ("synthwave", "80s synthwave night drive"),
        ("jazz", "smooth jazz with saxophone"),
        ("ambient", "calm ambient pads"),
        ("cinematic", "epic cinematic orchestra"),
    ];

    public JudgedPiece[] All { get; } =
        [.. prompts.SelectMany(item => new[] { (item, Seed: 1UL), (item, Seed: 2UL) }).AsParallel().AsOrdered().Select(work => JudgedPiece.Judge(work.item.Genre, work.item.Prompt, work.Seed))];

    public double Mean(string genre, Func<JudgedPiece, double> fact) => All.Where(piece => piece.Genre == genre).Average(fact);
}

public sealed class JudgementTests(JudgedPieces pieces) : IClassFixture<JudgedPieces>
{
    [FactWithBpmTools]
    public void Tempo_HeardByAStranger_IsTheNotatedOne()
    {
        // The stranger looks for the tempo in random places, which leaves it a few tenths of a percent.
        Assert.All(pieces.All, piece => Assert.True(Math.Abs((piece.ForeignBpm!.Value / piece.Bpm) - 1) <= 0.01, $"{piece.Genre} {piece.Seed}: {piece.Bpm:F1} BPM, heard as {piece.ForeignBpm:F1}."));
    }

    [Fact]
    public void Key_IsFoundInEightOfTen()
    {
        string[] missed = [.. pieces.All.Where(piece => piece.HeardKey != piece.Key).Select(piece => $"{piece.Genre} {piece.Seed}: {piece.Key}, heard as {piece.HeardKey}")];
        Assert.True(missed.Length <= 4, string.Join("; ", missed));
    }

    [Fact]
    public void LoudnessRange_LivesButDoesNotTire() => Assert.All(pieces.All, piece => Assert.True(piece.LoudnessRangeLu is >= 2 and <= 12, $"{piece.Genre} {piece.Seed}: {piece.LoudnessRangeLu:F1} LU."));

    [Theory]
    [InlineData("ambient", "lo-fi")]
    [InlineData("lo-fi", "synthwave")]
    [InlineData("lo-fi", "drum & bass")]
    [InlineData("cinematic", "rock")]
    [InlineData("ambient", "jazz")]
    public void Centroid_DarkGenre_IsBelowTheBrightOne(string dark, string bright) =>
        Assert.InRange(pieces.Mean(bright, piece => piece.CentroidHz) / pieces.Mean(dark, piece => piece.CentroidHz), 1.2, 10);

    [Theory]
    [InlineData("ambient", "lo-fi")]
    [InlineData("cinematic", "house")]
    [InlineData("lo-fi", "techno")]
    [InlineData("synthwave", "drum & bass")]
    public void Onsets_SparseGenre_HasFewerThanTheBusyOne(string sparse, string busy) =>
        Assert.InRange(pieces.Mean(busy, piece => piece.OnsetsPerSecond) / pieces.Mean(sparse, piece => piece.OnsetsPerSecond), 1.2, 10);

    /// <summary>Skipped, and said so, where bpm-tools is missing.</summary>
    sealed class FactWithBpmToolsAttribute : FactAttribute
    {
        public FactWithBpmToolsAttribute() => Skip = BpmTools.Installed ? null : "bpm (bpm-tools) is not installed.";
    }
}
