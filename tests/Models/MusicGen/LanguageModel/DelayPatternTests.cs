using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.LanguageModel;

namespace DgxMusic.Models.Tests.MusicGen.LanguageModel;

public sealed class DelayPatternTests
{
    const int Gap = 128;

    [Fact]
    public void Lay_RecordedCodes_EqualsTheRecordedSequence()
    {
        var pattern = new DelayPattern(4, 1);
        Codes codes = GoldenLanguageModel.Codes("lm.codes.npy");
        Assert.Equal(20, pattern.PositionsOf(codes.Frames));
        Assert.Equal(GoldenLanguageModel.Sequence(), pattern.Lay(codes, Gap));
    }

    [Fact]
    public void FrameAt_RecordedSequence_TellsCodesFromGapsAsItsMask()
    {
        var pattern = new DelayPattern(4, 1);
        int[] mask = Npy.ReadIntegers(GoldenLanguageModel.Folder, "lm.sequence_mask.npy");
        for (int n = 0; n < mask.Length; n++) Assert.Equal(mask[n] == 1, pattern.FrameAt(n % 20, n / 20, 16) is not null);
    }

    [Fact]
    public void Lay_Stereo_DelaysPairsTogether()
    {
        var pattern = new DelayPattern(4, 2);
        var codes = new Codes(4, 2, [11, 12, 21, 22, 31, 32, 41, 42]);
        Assert.Equal((1, 4), (pattern.LongestDelay, pattern.PositionsOf(2)));
        Assert.Equal([
            Gap, Gap, Gap, Gap,
            11, 21, Gap, Gap,
            12, 22, 31, 41,
            Gap, Gap, 32, 42], pattern.Lay(codes, Gap));
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(8, 2)]
    [InlineData(1, 1)]
    public void FrameAt_AllPositions_MeetsEveryCodeOnce(int codebooks, int audioChannels)
    {
        const int frames = 7;
        var pattern = new DelayPattern(codebooks, audioChannels);
        for (int codebook = 0; codebook < codebooks; codebook++)
        {
            int[] met = [.. Enumerable.Range(0, pattern.PositionsOf(frames)).Select(position => pattern.FrameAt(position, codebook, frames)).OfType<int>()];
            Assert.Equal(Enumerable.Range(0, frames), met);
        }
    }
}
