using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.Codec;

namespace DgxMusic.Models.Tests.MusicGen.Codec;

public sealed class StereoCodesTests
{
    [Fact]
    public void Split_BooksInTurn_BelongToLeftAndRight()
    {
        (Codes left, Codes right) = StereoCodes.Split(new(4, 2, [1, 2, 10, 20, 3, 4, 30, 40]));
        Assert.Equal((2, 2), (left.Codebooks, right.Codebooks));
        Assert.Equal([1, 2, 3, 4], [.. left.Of(0), .. left.Of(1)]);
        Assert.Equal([10, 20, 30, 40], [.. right.Of(0), .. right.Of(1)]);
    }

    [Fact]
    public void Join_OfSplit_IsTheWhole()
    {
        Codes both = new(4, 2, [1, 2, 10, 20, 3, 4, 30, 40]);
        (Codes left, Codes right) = StereoCodes.Split(both);
        Assert.Equal(both.ToBytes(), StereoCodes.Join(left, right).ToBytes());
    }

    [Fact]
    public void SplitAndJoin_WhatDoesNotPair_Throw()
    {
        Assert.Throws<ArgumentException>(() => StereoCodes.Split(new(3, 1, [1, 2, 3])));
        Assert.Throws<ArgumentException>(() => StereoCodes.Join(new(1, 1, [1]), new(1, 2, [1, 2])));
        Assert.Throws<ArgumentException>(() => StereoCodes.Join(new(1, 1, [1]), new(2, 1, [1, 2])));
    }
}
