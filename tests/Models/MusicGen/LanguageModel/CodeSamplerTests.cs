using DgxMusic.Contracts;
using DgxMusic.Models.MusicGen.LanguageModel;

namespace DgxMusic.Models.Tests.MusicGen.LanguageModel;

public sealed class CodeSamplerTests
{
    /// <summary>Draws of <see cref="CountsOf"/>, evenly from 0 to 1.</summary>
    const int Draws = 10_000;

    // Probabilities 0.4, 0.1, 0.3, 0.2.
    static readonly float[] logits = [MathF.Log(4), 0, MathF.Log(3), MathF.Log(2)];

    public static TheoryData<SamplingSettings, double[]> Kept => new()
    {
        { new(TopK: 0), [0.4, 0.1, 0.3, 0.2] },
        { new(TopK: 250), [0.4, 0.1, 0.3, 0.2] },
        { new(TopK: 2), [4 / 7.0, 0, 3 / 7.0, 0] },
        { new(TopK: 3), [4 / 9.0, 0, 3 / 9.0, 2 / 9.0] },
        { new(TopK: 1), [1, 0, 0, 0] },
        { new(Temperature: 0), [1, 0, 0, 0] },
        { new(Temperature: 0.5, TopK: 0), [16 / 30.0, 1 / 30.0, 9 / 30.0, 4 / 30.0] },
        { new(Temperature: 2, TopK: 2), [2 / (2 + Math.Sqrt(3)), 0, Math.Sqrt(3) / (2 + Math.Sqrt(3)), 0] },
        { new(TopP: 0.3), [1, 0, 0, 0] },                            // what comes first always may
        { new(TopP: 0.5), [4 / 7.0, 0, 3 / 7.0, 0] },                // 0.4 before the second is no more than 0.5, 0.7 before the third is
        { new(TopP: 0.8), [4 / 9.0, 0, 3 / 9.0, 2 / 9.0] },
        { new(TopP: 1), [0.4, 0.1, 0.3, 0.2] },
        { new(TopP: 0.8, TopK: 1), [4 / 9.0, 0, 3 / 9.0, 2 / 9.0] }, // the former rules
        { new(TopP: 1e-9, TopK: 0), [1, 0, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(Kept))]
    public void Choose_EvenChance_GivesEachCodeItsShare(SamplingSettings settings, double[] shares)
    {
        int[] counts = CountsOf(settings, logits);
        // A share begins and ends between two draws.
        for (int code = 0; code < shares.Length; code++) Assert.InRange(counts[code], (shares[code] * Draws) - 1, (shares[code] * Draws) + 1);
        Assert.All(counts.Zip(shares), pair => Assert.True(pair.First == 0 || pair.Second > 0));
    }

    [Fact]
    public void Choose_EqualLogits_KeepsTheLowestNumbers()
    {
        Assert.Equal([0, 5_000, 5_000, 0, 0], CountsOf(new(TopK: 2), [-1, 0f, -0f, 0f, 0]));
        Assert.Equal([0, 10_000, 0, 0, 0], CountsOf(new(Temperature: 0), [-1, -0f, 0f, 0f, 0]));
        int[] drawn = [.. Enumerable.Range(0, 4).Select(n => new CodeSampler(new(TopK: 0), (_, _) => n / 4.0).Choose([2, 2, 2, 2], 0, 0))];
        Assert.Equal([0, 1, 2, 3], drawn);
    }

    [Fact]
    public void Choose_NegativeAndPositiveLogits_SortsThemAsNumbers()
    {
        float[] values = [-3, 0.5f, -float.Epsilon, float.Epsilon, -1e30f, 7, -0.5f, 0, 3.4e38f, -3.4e38f];
        int[] falling = [.. Enumerable.Range(0, values.Length).OrderByDescending(code => values[code])];
        for (int k = 2; k <= values.Length; k++)
        {
            // Infinitely warm, all that may come comes equally often: the last draw is the last that may.
            Assert.Equal(falling[k - 1], new CodeSampler(new(Temperature: 1e300, TopK: k), (_, _) => 1 - 1e-9).Choose(values, 0, 0));
        }
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(2)]
    [InlineData(1e-300)]
    [InlineData(double.MaxValue)]
    public void Choose_ExtremeLogits_GivesACodeThatCanCome(double temperature)
    {
        float[][] extremes = [[float.MaxValue, -float.MaxValue, 0], [-float.MaxValue, -float.MaxValue, -float.MaxValue], [0, 88, 1e30f], [1e-40f, 0, -1e-40f], [50_000]];
        foreach (float[] values in extremes)
        {
            foreach (double topP in (double[])[0, 0.5, 1])
            {
                foreach (double drawn in (double[])[0, 0.5, 1 - Math.Pow(2, -53)])
                {
                    int code = new CodeSampler(new(temperature, 0, topP), (_, _) => drawn).Choose(values, 0, 0);
                    double chance = Math.Exp((values[code] - (double)values.Max()) / temperature);
                    Assert.True(chance > 0, $"{temperature}, {topP}, {drawn}: code {code} of {string.Join(" ", values)}");
                }
            }
        }
    }

    [Theory]
    [InlineData(float.NaN, 0.0)]
    [InlineData(float.NaN, 1.0)]
    [InlineData(float.PositiveInfinity, 1.0)]
    [InlineData(float.NegativeInfinity, 1.0)]
    public void Choose_LogitThatIsNoNumber_SaysWhere(float value, double temperature)
    {
        var refusal = Assert.Throws<PipelineException>(() => new CodeSampler(new(temperature), (_, _) => 0).Choose([0, 1, value, 2], 17, 3));
        Assert.Equal(Problem.InvalidOutput, refusal.Problem);
        Assert.Contains("code 2 in codebook 3 at step 17", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_AsksForTheNumberOfItsStepAndCodebook()
    {
        List<(int, int)> asked = [];
        var sampler = new CodeSampler(new(), (step, codebook) =>
        {
            asked.Add((step, codebook));
            return 0;
        });
        sampler.Choose(logits, 5, 2);
        Assert.Equal([(5, 2)], asked);
    }

    [Fact]
    public void Choose_FewerCodesThanBefore_ForgetsTheFormer()
    {
        var sampler = new CodeSampler(new(TopK: 0), (_, _) => 1 - 1e-12);
        Assert.Equal(1, sampler.Choose(logits, 0, 0));
        Assert.Equal(0, sampler.Choose([1, 2], 0, 0));
    }

    [Fact]
    public void Chance_OfSeedNodeStepAndCodebook_IsTheSameForEver()
    {
        // Recorded outside: SplitMix64 over seed, node, step and codebook in turn.
        Assert.Equal([0.1296456182997474, 0.8847898165349132, 0.26407098720206335, 0.25895788365303274], [
            new Chance(0).At(0, 0), new Chance(1).At(0, 0), new Chance(ulong.MaxValue, 3).At(1499, 3), new Chance(42, ulong.MaxValue).At(30_002, 7)]);
    }

    [Fact]
    public void Chance_AnyCoordinate_ChangesTheNumber()
    {
        double[] all = [.. from seed in (ulong[])[0, 1, 2] from node in (ulong[])[0, 1, 2] from step in Enumerable.Range(0, 100) from codebook in Enumerable.Range(0, 4)
            select new Chance(seed, node).At(step, codebook)];
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.All(all, number => Assert.InRange(number, 0, 1 - Math.Pow(2, -53)));
        // 3600 even numbers: mean 1/2 and variance 1/12 within four of their standard deviations.
        Assert.InRange(all.Average(), 0.5 - (4 * 0.289 / 60), 0.5 + (4 * 0.289 / 60));
        Assert.InRange(all.Average(number => (number - 0.5) * (number - 0.5)), (1 / 12.0) - (4 * 0.0745 / 60), (1 / 12.0) + (4 * 0.0745 / 60));
    }

    static int[] CountsOf(SamplingSettings settings, float[] values)
    {
        var sampler = new CodeSampler(settings, (draw, _) => (draw + 0.5) / Draws);
        int[] counts = new int[values.Length];
        for (int draw = 0; draw < Draws; draw++) counts[sampler.Choose(values, draw, 0)]++;
        return counts;
    }
}
