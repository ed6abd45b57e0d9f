using DgxMusic.Models.MusicGen.Text;

namespace DgxMusic.Models.Tests.MusicGen.Text;

/// <summary>Texts cut into pieces, against what SentencePiece itself made of them; see Golden/README.md.</summary>
public sealed class UnigramTokenizerTests : IDisposable
{
    const int End = 1;
    readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("spiece")]
    [InlineData("tiny")]
    [InlineData("raw")]
    public void Encode_RecordedTexts_GivesTheIdsOfSentencePiece(string name) => AssertRecorded(UnigramTokenizer.Read(TokenizerFiles.Path(name), TokenizerFiles.Config()), name);

    [Theory]
    [InlineData("spiece", true)]
    [InlineData("spiece", false)]
    [InlineData("tiny", true)]
    [InlineData("tiny", false)]
    [InlineData("raw", true)]
    [InlineData("raw", false)]
    public void Encode_SameModelAsJson_GivesTheSameIds(string name, bool isOld)
    {
        string path = folder.Write("tokenizer.json", TokenizerFiles.Json(TokenizerFiles.ModelOf(name), isOld));
        AssertRecorded(UnigramTokenizer.Read(path, TokenizerFiles.Config()), name);
    }

    [Fact]
    public void Encode_SameModelWrittenAgain_GivesTheSameIds() =>
        AssertRecorded(UnigramTokenizer.Read(folder.Write("spiece.model", TokenizerFiles.Message(TokenizerFiles.ModelOf("spiece"))), TokenizerFiles.Config()), "spiece");

    [Fact]
    public void Encode_HalfASurrogatePair_IsAReplacementCharacter()
    {
        UnigramTokenizer tokenizer = UnigramTokenizer.Read(TokenizerFiles.Path("tiny"), TokenizerFiles.Config());
        Assert.Equal(tokenizer.Encode("a\uFFFDb"), tokenizer.Encode("a\uD83Db"));
        Assert.Equal(tokenizer.Encode("\uFFFD"), tokenizer.Encode("\uDC00"));
    }

    [Theory]
    [InlineData("", new int[0])]
    [InlineData("ab", new[] { 3, 6 })]
    [InlineData("ba", new[] { 3, 5, 4 })]
    [InlineData("xyz", new[] { 3, 2 })]
    [InlineData("axbyzab", new[] { 3, 4, 2, 5, 2, 6 })]
    [InlineData(" a  b ", new[] { 3, 4, 3, 5 })]
    [InlineData("</s>", new[] { 3, 2 })]
    public void Encode_Letters_TakesTheWayOfTheHighestSum(string text, int[] ids) => Assert.Equal([.. ids, End], Letters().Encode(text));

    [Fact]
    public void Encode_UnusedPiece_IsNotCutInto()
    {
        UnigramModel model = TokenizerFiles.Letters;
        Assert.Equal([3, 4, 5, End], Letters(model with { Pieces = [.. model.Pieces[..6], model.Pieces[6] with { Kind = PieceKind.Unused }] }).Encode("ab"));
    }

    [Fact]
    public void Encode_TokenAddedBehindTheModel_HasItsOwnId()
    {
        byte[] json = TokenizerFiles.Json(TokenizerFiles.Letters, isOld: false, root =>
            root["added_tokens"]!.AsArray().Add(new System.Text.Json.Nodes.JsonObject { ["id"] = 7, ["content"] = "ba", ["special"] = false }));
        Assert.Equal([3, 4, 7, End], UnigramTokenizer.Read(folder.Write("tokenizer.json", json), TokenizerFiles.Config()).Encode("aba"));
    }

    [Fact]
    public void Pieces_AreListedById()
    {
        UnigramTokenizer tokenizer = UnigramTokenizer.Read(TokenizerFiles.Path("spiece"), TokenizerFiles.Config());
        Assert.Equal(["<pad>", "</s>", "<unk>", "<extra_id_0>", "[MUSIC]", "hip hop", "<loop>"], tokenizer.Pieces.Take(7));
        Assert.Equal(980, tokenizer.Pieces.Count);
    }

    UnigramTokenizer Letters(UnigramModel? model = null) =>
        UnigramTokenizer.Read(folder.Write("spiece.model", TokenizerFiles.Message(model ?? TokenizerFiles.Letters)), TokenizerFiles.Config());

    static void AssertRecorded(UnigramTokenizer tokenizer, string name)
    {
        Assert.Equal(400, RecordedText.All.Count);
        foreach (RecordedText recorded in RecordedText.All)
        {
            int[] ids = tokenizer.Encode(recorded.Text);
            Assert.True(ids[^1] == End && ids.AsSpan(0, ids.Length - 1).SequenceEqual(recorded.Ids(name)),
                $"'{recorded.Text}': {string.Join(' ', ids)}, recorded {string.Join(' ', recorded.Ids(name))}");
        }
    }

    public void Dispose() => folder.Dispose();
}
