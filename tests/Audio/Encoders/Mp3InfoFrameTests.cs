using System.Buffers.Binary;
using System.Text;
using DgxMusic.Audio.Encoders;

namespace DgxMusic.Audio.Tests.Encoders;

public class Mp3InfoFrameTests
{
    /// <summary>The check value that catalogues of CRCs give for CRC-16/ARC.</summary>
    [Fact]
    public void Sum_NineDigits_IsTheCatalogues() => Assert.Equal(0xBB3D, Mp3InfoFrame.Sum("123456789"u8));

    [Theory]
    [InlineData(32, 0x44, 3, 1153, 1727), InlineData(17, 0xC4, 2, 1, 1727), InlineData(32, 0x44, 3, 1199, 1681), InlineData(32, 0x44, 3, 2351, 529)]
    public void TellLength_TagOfOneFrameAtMost_IsOfAllSamplesBehindTheMusic(int sideBytes, byte mode, uint frames, long samples, int padding)
    {
        byte[] before = Frame(sideBytes, mode, frames, padding: 1681);
        using var file = new MemoryStream([.. before, .. "music"u8]);
        Mp3InfoFrame.TellLength(file, samples);
        byte[] after = file.ToArray();
        int at = 4 + sideBytes + 141, sumAt = at + 13;
        Assert.Equal((0x24, padding), (after[at], ((after[at + 1] & 0xF) << 8) | after[at + 2]));
        Assert.Equal(Mp3InfoFrame.Sum(after.AsSpan(0, sumAt)), BinaryPrimitives.ReadUInt16BigEndian(after.AsSpan(sumAt)));
        for (int i = 0; i < after.Length; i++)
        {
            bool isTold = i == at + 1 || i == at + 2 || i == sumAt || i == sumAt + 1;
            if (!isTold) Assert.Equal(i < before.Length ? before[i] : "music"u8[i - before.Length], after[i]);
        }
    }

    [Fact]
    public void TellLength_NoTagOrAnImpossibleLength_ChangesNothing()
    {
        byte[] whole = Frame(32, 0x44, 3, 1681), noTag = [.. whole], fewFields = [.. whole];
        noTag[36] = (byte)'X';
        fewFields[43] = 7;
        foreach (byte[] content in (byte[][])[[], whole[..150], noTag, fewFields])
        {
            using var file = new MemoryStream();
            file.Write(content);
            Mp3InfoFrame.TellLength(file, 1153);
            Assert.Equal(content, file.ToArray());
        }
        foreach (long samples in (long[])[3 * 1152, 1_000_000, -4000])   // less than nothing, or more than 12 bits say
        {
            using var file = new MemoryStream([.. whole]);
            Mp3InfoFrame.TellLength(file, samples);
            Assert.Equal(whole, file.ToArray());
        }
    }

    /// <summary>Header, side information, "Info", which fields, frames, bytes, table, quality, encoder, delay 576 and padding, sums.</summary>
    static byte[] Frame(int sideBytes, byte mode, uint frames, int padding)
    {
        byte[] count = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(count, frames);
        byte[] tag = [.. Encoding.ASCII.GetBytes("Info"), 0, 0, 0, 0xF, .. count, .. new byte[108], .. Encoding.ASCII.GetBytes("Encoder00"), .. new byte[12]];
        return [0xFF, 0xFB, 0xE0, mode, .. new byte[sideBytes], .. tag, 0x24, (byte)(padding >> 8), (byte)padding, .. new byte[60]];
    }
}
