using System.Text;
using DgxMusic.Audio.Tagging;

namespace DgxMusic.Audio.Tests.Tagging;

public class TagsTests
{
    [Theory]
    [InlineData("  a b \0", "a b"), InlineData("one\r\ntwo\u0001", "one\ntwo"), InlineData(" \t\n", null), InlineData("", null), InlineData(null, null)]
    [InlineData("Übermut 日本 🎵", "Übermut 日本 🎵")]
    public void Title_AnyText_IsCleaned(string? text, string? clean) => Assert.Equal(clean, new Tags { Title = text }.Title);

    [Fact]
    public void Comment_LoneSurrogates_BecomeReplacementCharacters() => Assert.Equal("a\uFFFDb", new Tags { Comment = "a" + (char)0xD800 + "b" }.Comment);

    [Fact]
    public void Comment_OfAnyLength_IsCutBetweenLetters()
    {
        string comment = new Tags { Comment = "x" + string.Concat(Enumerable.Repeat("🎵", Tags.MostLetters)) }.Comment!;
        Assert.Equal(Tags.MostLetters - 1, comment.Length);
        Assert.EndsWith("🎵", comment);
    }

    [Theory]
    [InlineData("2021", 2021), InlineData("2021-05-03", 2021), InlineData(" 1999/1", 1999), InlineData("0000", null), InlineData("20215", null), InlineData("soon", null)]
    [InlineData("99", null), InlineData(null, null)]
    public void YearOf_AnyDate_IsItsYear(string? date, int? year) => Assert.Equal(year, new Tags { Year = Tags.YearOf(date) }.Year);

    [Fact]
    public void Or_Both_KeepsTheFirstAndFillsTheGaps()
    {
        var first = new Tags { Title = "a", Year = 2000 };
        var second = new Tags { Title = "b", Artist = "c", Year = 1990, Cover = Pictures.JpegCover };
        Assert.Equal(new Tags { Title = "a", Artist = "c", Year = 2000, Cover = Pictures.JpegCover }, first.Or(second));
        Assert.True(Tags.None.Or(new()).IsEmpty);
    }

    [Fact]
    public void CoverPicture_JpegAndPng_HaveTheirSizes()
    {
        Assert.Equal(("image/png", 200, 160), (Pictures.PngCover.MimeType, Pictures.PngCover.Width, Pictures.PngCover.Height));
        Assert.Equal(("image/jpeg", 16, 8), (Pictures.JpegCover.MimeType, Pictures.JpegCover.Width, Pictures.JpegCover.Height));
    }

    [Fact]
    public void CoverPicture_WhatIsNone_IsNull()
    {
        byte[] png = Pictures.Png(4, 4);
        byte[] tooLarge = new byte[CoverPicture.MostBytes + 1];
        png.CopyTo(tooLarge, 0);
        byte[] flat = [.. png];
        flat.AsSpan(20, 4).Clear();
        byte[][] none = [[], png[..20], Pictures.Jpeg[..40], "GIF89a"u8.ToArray(), Encoding.ASCII.GetBytes("<svg/>"), tooLarge, flat, [0xFF, 0xD8, 0xFF, 0xE0, 0, 0]];
        foreach (byte[] content in none) Assert.Null(CoverPicture.Of(content));
        Assert.NotNull(CoverPicture.Of(tooLarge.AsMemory(0, CoverPicture.MostBytes)));
    }

    [Fact]
    public void CoverPicture_MutatedBytes_NeverThrows()
    {
        for (uint seed = 0; seed < 4_000; seed++) CoverPicture.Of(Fuzz.Mutate(seed % 2 == 0 ? Pictures.Jpeg : Pictures.Png(4, 4), seed, 207));
    }
}
