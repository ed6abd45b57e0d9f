using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using DgxMusic.Contracts;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.Text;

namespace DgxMusic.Models.Tests.MusicGen.Text;

/// <summary>Tokenizers that are damaged, hostile or another model's.</summary>
public sealed class TokenizerFaultTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Fact]
    public void Read_CutAnywhere_IsUnreadable()
    {
        byte[] whole = File.ReadAllBytes(TokenizerFiles.Path("tiny"));
        for (int length = 1; length < whole.Length; length++) Assert.Equal(Problem.WeightsUnreadable, Fault(whole[..length]).Problem);
    }

    [Fact]
    public void Read_JsonCutAnywhere_IsUnreadable()
    {
        byte[] whole = TokenizerFiles.Json(TokenizerFiles.Letters, isOld: false);
        for (int length = 1; length < whole.Length; length += 5) Assert.Equal(Problem.WeightsUnreadable, Fault(whole[..length], "tokenizer.json").Problem);
    }

    [Fact]
    public void Read_AnyByteChanged_EncodesOrIsRefused()
    {
        byte[] whole = File.ReadAllBytes(TokenizerFiles.Path("spiece"));
        string text = "ＦＵＬＬ piano \u00a0 é e\u0301 ﷺ ㍿ hip hop [MUSIC] 日本 " + new string('x', 50);
        for (ulong i = 0; i < 100; i++)
        {
            byte[] changed = [.. whole];
            for (ulong k = 0; k <= i % 20; k++)
            {
                double place = (GoldenFormula.Unit(i, (long)(2 * k)) + 1) / 2, value = (GoldenFormula.Unit(i, (long)(2 * k) + 1) + 1) / 2;
                changed[(int)(place * changed.Length)] = (byte)(value * 256);
            }

            try
            {
                UnigramTokenizer tokenizer = UnigramTokenizer.Read(folder.Write("spiece.model", changed), TokenizerFiles.Config());
                Assert.All(tokenizer.Encode(text), id => Assert.InRange(id, 0, tokenizer.Pieces.Count - 1));
            }
            catch (PipelineException fault)
            {
                Assert.Contains(fault.Problem, new[] { Problem.WeightsUnreadable, Problem.WeightsMismatch });
            }
        }
    }

    [Fact]
    public void Read_MorePiecesThanTheEncoderKnows_SaysHowMany() => AssertMismatch("7 pieces, of which the text encoder knows 6", Fault(Message(), config: TokenizerFiles.Config(vocabulary: 6)));

    [Fact]
    public void Read_OtherEnd_NamesBoth() => AssertMismatch("its piece 2 is '<unk>', which is the text encoder's end and should be '</s>'", Fault(Message(), config: TokenizerFiles.Config(end: 2)));

    [Fact]
    public void Read_OtherPadding_NamesBoth() => AssertMismatch("its piece 30 is '', which is the text encoder's padding and should be '<pad>'", Fault(Message(), config: TokenizerFiles.Config(pad: 30)));

    [Fact]
    public void Read_EndThatTextCanSay_IsAnothers() => AssertMismatch("its piece 1, '</s>', is one that texts are cut into", Fault(Message(Changed(1, piece => piece with { Kind = PieceKind.Normal }))));

    [Fact]
    public void Read_BytePairs_IsAnothers() => AssertMismatch("it was not trained as a unigram model", Fault(TokenizerFiles.Message(TokenizerFiles.Letters, type: 2)));

    [Theory]
    [InlineData(24, "it writes spaces behind words")]
    [InlineData(35, "it writes unknown characters as bytes")]
    public void Read_OtherHabits_AreNamed(int field, string reason)
    {
        using var flag = new MemoryStream();
        TokenizerFiles.Number(flag, field, 1);
        AssertMismatch(reason, Fault(TokenizerFiles.Message(TokenizerFiles.Letters, extra: flag.ToArray())));
    }

    [Fact]
    public void Read_NoPieceForTheUnknown_IsAnothers() => AssertMismatch("it has 0 pieces for what is unknown", Fault(Message(Changed(2, piece => piece with { Kind = PieceKind.Control }))));

    [Fact]
    public void Read_TwoPiecesForTheUnknown_IsAnothers() => AssertMismatch("it has 2 pieces for what is unknown", Fault(Message(Changed(4, piece => piece with { Kind = PieceKind.Unknown }))));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Read_ScoreThatIsNoNumber_NamesThePiece(float score) => AssertUnreadable("the score of its piece 'ab'", Fault(Message(Changed(6, piece => piece with { Score = score }))));

    [Fact]
    public void Read_SamePieceTwice_NamesIt() => AssertUnreadable("it has the piece 'a' twice", Fault(Message(Changed(5, piece => piece with { Utf8 = [(byte)'a'] }))));

    [Theory]
    [InlineData(0)]
    [InlineData(1_001)]
    public void Read_PieceOfNoLengthOrTooMuch_IsUnreadable(int length) => AssertUnreadable($"it has a piece of {length} bytes", Fault(Message(Changed(5, piece => piece with { Utf8 = new byte[length] }))));

    [Fact]
    public void Read_LengthBeyondTheFile_IsUnreadable() => AssertUnreadable("cut off", Fault([10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0]));

    [Fact]
    public void Read_NumberWithoutEnd_IsUnreadable() => AssertUnreadable("cut off", Fault([.. Enumerable.Repeat((byte)0xFF, 64)]));

    [Fact]
    public void Read_NoFile_SaysSo() =>
        AssertUnreadable("there is no such file", Assert.Throws<PipelineException>(() => UnigramTokenizer.Read(folder.File("spiece.model"), TokenizerFiles.Config())));

    public static TheoryData<string, byte[]> BadMaps => new()
    {
        { "has 3 bytes", [1, 2, 3] },
        { "the trie of its character map has 0 bytes", Map([], [0]) },
        { "the trie of its character map has 1024 bytes of 9", [0, 4, 0, 0, 0, 0, 0, 0, 0] },
        { "the trie of its character map has 6 bytes", [6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
        { "leads out of itself", Map([100 << 10, 0, 0, 0], [0]) },
        { "leads to replacements that it has not", Map([1 << 10, (1 << 8) | (1 << 10) | 1, 1u << 31 | 7], [0]) },
        { "the last replacement of its character map has no end", Map([1 << 10, 0], [65]) },
        { "a replacement of more than 1000 bytes", Map([1 << 10, 1 << 8, 0, 0], [.. Enumerable.Repeat((byte)65, 1_500), 0]) },
    };

    [Theory]
    [MemberData(nameof(BadMaps))]
    public void Read_DamagedCharacterMap_SaysWhatIsWrong(string reason, byte[] map) => AssertUnreadable(reason, Fault(Message(TokenizerFiles.Letters with { CharacterMap = map })));

    public static TheoryData<string, string, string> BadJson => new()
    {
        { "type", "\"BPE\"", "its model is of the type 'BPE', not Unigram" },
        { "type", "null", "its model is of the type '', not Unigram" },
        { "byte_fallback", "true", "it writes unknown characters as bytes" },
        { "unk_id", "null", "it has 0 pieces for what is unknown" },
        { "unk_id", "99", "its unk_id 99 is none of 7 pieces" },
        { "unk_id", "-1", "its unk_id -1 is none of 7 pieces" },
        { "unk_id", "\"2\"", "it is not the JSON of a tokenizer" },
        { "vocab", "{}", "its 'vocab' is not that of a tokenizer" },
        { "vocab", "[[\"a\"]]", "its 'vocab' is not that of a tokenizer" },
        { "vocab", "[[\"<pad>\", 0], [\"</s>\", 0], [\"<unk>\", 0], [\"a\", 1e999]]", "the score of its piece 'a' is not a finite number" },
        { "vocab", "[[\"\\ud800\", 0]]", "it is not the JSON of a tokenizer" },
    };

    [Theory]
    [MemberData(nameof(BadJson))]
    public void Read_ModelOfOddJson_SaysWhatIsWrong(string key, string value, string reason)
    {
        byte[] json = TokenizerFiles.Json(TokenizerFiles.Letters, isOld: false, root => root["model"]![key] = "INSERT");
        Assert.Contains(reason, Fault(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json).Replace("\"INSERT\"", value, StringComparison.Ordinal)), "tokenizer.json").Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> OddSteps => new()
    {
        { "normalizer", """{"type": "Lowercase"}""", "'Lowercase'" },
        { "normalizer", """{"type": "Precompiled", "precompiled_charsmap": "???"}""", "its 'precompiled_charsmap' is not that of a tokenizer" },
        { "normalizer", """{"type": "Precompiled", "precompiled_charsmap": "AQID"}""", "its character map has 3 bytes" },
        { "normalizer", """{"type": "Sequence"}""", "its 'normalizers' is not that of a tokenizer" },
        { "pre_tokenizer", "null", "it does not write spaces as ▁" },
        { "pre_tokenizer", """{"type": "ByteLevel"}""", "'ByteLevel'" },
        { "pre_tokenizer", """{"type": "Metaspace", "replacement": "_"}""", "'Metaspace'" },
        { "added_tokens", """[{"id": 1, "content": "x"}]""", "its added token 'x' has the id 1 of another or of none" },
        { "added_tokens", """[{"id": 9, "content": "x"}]""", "its added token 'x' has the id 9 of another or of none" },
        { "added_tokens", """[3]""", "its 'added_tokens' is not that of a tokenizer" },
        { "added_tokens", "[]", "its piece 1, '</s>', is one that texts are cut into" },
    };

    [Theory]
    [MemberData(nameof(OddSteps))]
    public void Read_OddJson_SaysWhatIsWrong(string key, string value, string reason)
    {
        byte[] json = TokenizerFiles.Json(TokenizerFiles.Letters, isOld: false, root => root[key] = JsonNode.Parse(value));
        Assert.Contains(reason, Fault(json, "tokenizer.json").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_JsonNestedWithoutEnd_IsUnreadable() => AssertUnreadable("it is not the JSON", Fault(Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 100_000)), "tokenizer.json"));

    static UnigramModel Changed(int id, Func<Piece, Piece> change) =>
        TokenizerFiles.Letters with { Pieces = [.. TokenizerFiles.Letters.Pieces.Select((piece, n) => n == id ? change(piece) : piece)] };

    static byte[] Message(UnigramModel? model = null) => TokenizerFiles.Message(model ?? TokenizerFiles.Letters);

    static byte[] Map(uint[] units, byte[] replacements)
    {
        byte[] map = new byte[4 + (4 * units.Length) + replacements.Length];
        BinaryPrimitives.WriteInt32LittleEndian(map, 4 * units.Length);
        for (int i = 0; i < units.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(map.AsSpan(4 + (4 * i)), units[i]);
        replacements.CopyTo(map.AsSpan(4 + (4 * units.Length)));
        return map;
    }

    PipelineException Fault(byte[] content, string name = "spiece.model", TextConfig? config = null)
    {
        PipelineException fault = Assert.Throws<PipelineException>(() => UnigramTokenizer.Read(folder.Write(name, content), config ?? TokenizerFiles.Config()));
        Assert.Contains(name, fault.Message, StringComparison.Ordinal);
        return fault;
    }

    static void AssertMismatch(string reason, PipelineException fault)
    {
        Assert.Equal(Problem.WeightsMismatch, fault.Problem);
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }

    static void AssertUnreadable(string reason, PipelineException fault)
    {
        Assert.Equal(Problem.WeightsUnreadable, fault.Problem);
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();
}
