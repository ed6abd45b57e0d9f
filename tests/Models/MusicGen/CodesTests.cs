using DgxMusic.Models.MusicGen;

namespace DgxMusic.Models.Tests.MusicGen;

public sealed class CodesTests
{
    static readonly Codes codes = new(2, 3, [1, 2, 3, 10, 20, 30]);

    [Fact]
    public void Indexer_RowMajorValues_ReadsCodebookThenFrame() => Assert.Equal((3, 20), (codes[0, 2], codes[1, 1]));

    [Fact]
    public void Slice_ThenAppend_GivesTheWhole()
    {
        Codes both = codes.Slice(0, 1).Append(codes.Slice(1, 3));
        Assert.Equal([1, 2, 3], both.Of(0).ToArray());
        Assert.Equal([10, 20, 30], both.Of(1).ToArray());
        Assert.Equal(0, Codes.None(2).Append(codes.Slice(2, 2)).Frames);
    }

    [Fact]
    public void ToBytes_FrameByFrame_IsReadBack()
    {
        byte[] bytes = codes.ToBytes();
        Assert.Equal([1, 0, 10, 0, 2, 0, 20, 0, 3, 0, 30, 0], bytes);
        Codes back = Codes.From(bytes, 2);
        Assert.Equal(codes.Of(1).ToArray(), back.Of(1).ToArray());
        Assert.Throws<ArgumentException>(() => Codes.From(bytes.AsSpan(2), 2));
    }

    [Fact]
    public void ToBytes_CodeBeyondTwoBytes_Throws() => Assert.Throws<OverflowException>(() => new Codes(1, 1, [70_000]).ToBytes());
}
