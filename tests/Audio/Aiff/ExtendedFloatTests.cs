using DgxMusic.Audio.Aiff;

namespace DgxMusic.Audio.Tests.Aiff;

public class ExtendedFloatTests
{
    [Theory]
    [InlineData("400BFA00000000000000", 8000.0), InlineData("400DAC44000000000000", 22050.0), InlineData("400FBB80000000000000", 96000.0)]
    [InlineData("3FFF8000000000000000", 1.0), InlineData("BFFE8000000000000000", -0.5), InlineData("00000000000000000000", 0.0)]
    public void Parse_KnownValues_AreExact(string hex, double value) => Assert.Equal(value, ExtendedFloat.Parse(Convert.FromHexString(hex)));
}
