namespace DgxMusic.Tensors.Tests;

public abstract partial class EngineContract
{
    [Fact]
    public void Combine_Broadcast_RepeatsSizesOfOne()
    {
        float[] a = Noise.Of(1, 2, 3, 4, 5), b = Noise.Of(2, 3, 1, 5), c = Noise.Of(3, 2, 1, 1, 1), d = Noise.Of(4, 1, 3, 4, 1);
        Tensor x = Engine.Upload(a, 2, 3, 4, 5), y = Engine.Upload(b, 3, 1, 5), z = Engine.Upload(c, 2, 1, 1, 1), w = Engine.Upload(d, 1, 3, 4, 1);
        Assert.Equal(a.Select((value, i) => value + b[(i / 20 % 3 * 5) + (i % 5)]), (x + y).ToArray());
        Assert.Equal(a.Select((value, i) => b[(i / 20 % 3 * 5) + (i % 5)] - value), (y - x).ToArray());
        Assert.Equal(a.Select((value, i) => value / c[i / 60]), (x / z).ToArray());
        Assert.Equal(a.Select((value, i) => value * d[i / 5 % 12]), (x * w).ToArray());
        Assert.Equal(a.Select(value => value + value), (x + x).ToArray());
        Assert.Equal(a.Select(value => value * 3), (x * 3).ToArray());
        Assert.Throws<ArgumentException>(() => x + Of(1, 3, 2, 5));
    }

    [Fact]
    public void Moments_Items_AreMeanAndUnbiasedDeviation()
    {
        const int Count = 3 * 5000;
        float[] x = [.. Noise.Of(1, 2, Count).Select((value, i) => i < Count ? value + 100 : value * 1e-3f)];
        double[] means = [.. x.Chunk(Count).Select(item => item.Average(value => (double)value))];
        double[] deviations = [.. x.Chunk(Count).Select((item, b) => Math.Sqrt(item.Sum(value => (value - means[b]) * (value - means[b])) / (Count - 1)))];
        var (mean, deviation) = Engine.Moments(Engine.Upload(x, 2, 3, 5000));
        Assert.Equal([2, 1, 1], mean.Shape.ToArray());
        AssertClose(deviations, deviation);
        // The second item's mean is a hundredth of its spread; both must be right for themselves.
        float[] found = mean.ToArray();
        for (int item = 0; item < 2; item++) Assert.True(Math.Abs(found[item] - means[item]) <= Bound * (deviations[item] + Math.Abs(means[item])));
    }

    [Fact]
    public void Pad_BothModes_LengthensLastAxis()
    {
        Tensor x = Engine.Upload([1, 2, 3, 4, 5, 6], 2, 3);
        Assert.Equal([0, 1, 2, 3, 0, 0, 0, 4, 5, 6, 0, 0], Engine.Pad(x, 1, 2).ToArray());
        Assert.Equal([3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5], Engine.Pad(x, 2, 1, PadMode.Reflect).ToArray());
        Assert.Throws<ArgumentException>(() => Engine.Pad(x, 3, 0, PadMode.Reflect));
    }

    [Fact]
    public void SliceAndConcat_AnyAxis_UndoEachOther()
    {
        float[] values = Noise.Of(1, 3, 4, 5);
        Tensor x = Engine.Upload(values, 3, 4, 5);
        for (int axis = 0; axis < 3; axis++)
        {
            Tensor first = Engine.Slice(x, axis, 0, 1), rest = Engine.Slice(x, axis, 1, x.Size(axis) - 1);
            Assert.Equal(x.Size(axis) - 1, rest.Size(axis));
            Assert.Equal(values, Engine.Concat(axis, first, rest).ToArray());
        }

        Assert.Equal(values.Where((_, i) => i / 5 % 4 is 1 or 2), Engine.Slice(x, 1, 1, 2).ToArray());
        Assert.Throws<ArgumentException>(() => Engine.Slice(x, 1, 3, 2));
    }

    [Theory]
    [InlineData(0, 1, 2, 3)]
    [InlineData(3, 2, 1, 0)]
    [InlineData(0, 3, 2, 1)]
    [InlineData(0, 2, 1, 3)]
    [InlineData(2, 3, 0, 1)]
    public void Permute_Axes_MovesValues(params int[] axes)
    {
        int[] shape = [2, 3, 17, 35], steps = [3 * 17 * 35, 17 * 35, 35, 1];
        float[] values = Noise.Of(1, shape);
        Tensor moved = Engine.Permute(Engine.Upload(values, shape), axes);
        Assert.Equal(axes.Select(axis => shape[axis]), moved.Shape.ToArray());
        float[] actual = moved.ToArray();
        int at = 0;
        for (int a = 0; a < shape[axes[0]]; a++)
            for (int b = 0; b < shape[axes[1]]; b++)
                for (int c = 0; c < shape[axes[2]]; c++)
                    for (int d = 0; d < shape[axes[3]]; d++)
                        Assert.Equal(values[(a * steps[axes[0]]) + (b * steps[axes[1]]) + (c * steps[axes[2]]) + (d * steps[axes[3]])], actual[at++]);
    }

    [Fact]
    public void Stft_Noise_IsTheTransformsSum()
    {
        const int Size = 64, Hop = 16, Samples = 333;
        float[] x = Noise.Of(1, 1, 2, Samples);
        Tensor spectrum = Engine.Stft(Engine.Upload(x, 1, 2, Samples), Size, Hop);
        Assert.Equal([1, 2, 2, 33, 21], spectrum.Shape.ToArray());
        double[] expected = new double[spectrum.Length];
        for (int channel = 0; channel < 2; channel++)
        {
            for (int frame = 0; frame < 21; frame++)
            {
                double[] bins = Plain.Frame(x.AsSpan(channel * Samples, Samples), Size, Hop, frame);
                for (int i = 0; i < 66; i++) expected[(((channel * 66) + i) * 21) + frame] = bins[i];
            }
        }

        AssertClose(expected, spectrum);
    }

    [Theory]
    [InlineData(64, 16, 333)]
    [InlineData(4096, 1024, 20_000)]
    public void InverseStft_OfStft_GivesSignalBack(int size, int hop, int samples)
    {
        float[] x = Noise.Of(1, 1, 2, samples);
        Tensor back = Engine.InverseStft(Engine.Stft(Engine.Upload(x, 1, 2, samples), size, hop), hop, samples);
        AssertClose([.. x.Select(value => (double)value)], back);
    }
}
