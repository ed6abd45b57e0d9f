using DgxMusic.Models.Spectral;

namespace DgxMusic.Models.Tests.Spectral;

[Trait("Category", "Kernels")]
public sealed class MediansTests
{
    public static TheoryData<int> Lengths => [1, 3, 5, 7, 9, 11, 17, 19, 33];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Of_AnyLength_EqualsTheMiddleOfTheSorted(int length)
    {
        for (int width = 0; width < 40; width++)
        {
            // Few different values, so that many are equal.
            var random = new Random((100 * length) + width);
            float[] rows = [.. Enumerable.Range(0, length * (width + 3)).Select(_ => (float)random.Next(8))];
            int[] offsets = [.. Enumerable.Range(0, length).Select(row => row * (width + 3))];
            float[] medians = new float[width], expected = new float[width], scalar = new float[width];
            Medians.Of(rows, offsets, medians);
            Medians.OfScalar(rows, offsets, scalar);
            for (int i = 0; i < width; i++) expected[i] = offsets.Select(offset => rows[offset + i]).Order().ElementAt(length / 2);
            Assert.Equal(expected, medians);
            Assert.Equal(expected, scalar);
        }
    }

    [Fact]
    public void Of_EvenCount_Throws() => Assert.Throws<ArgumentException>(() => Medians.Of([1, 2], [0, 1], new float[1]));
}
