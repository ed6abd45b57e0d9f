using DgxMusic.Contracts;
using DgxMusic.Dsp.Filters;
using DgxMusic.Dsp.Loudness;
using FsCheck.Fluent;

namespace DgxMusic.Dsp.Tests.Filters;

[Trait("Category", "Kernels")]
public sealed class ButterworthFilterTests
{
    static readonly int[] Places = [0, 1, 57, 1500, 2047, 2048, 2998, 2999];

    /// <summary>Kind, order, edges, rate, and what scipy 1.10.1 makes of <see cref="Signal"/> (butter(output='sos'), sosfiltfilt) at <see cref="Places"/>.</summary>
    public static TheoryData<string, int, double, double, int, double[]> Golden => new()
    {
        { "LowPass", 4, 8000, 0, 44100, [0.6452624454753892, 0.697504977967712, -0.0677832755395404, -0.002238688597617924, 0.9492837024220695, 0.9296039679723321, -0.3634244929591883, 0.07193936885039875] },
        { "LowPass", 1, 1000, 0, 48000, [0.7643152710777005, 0.7875253009662958, -0.025577275786383805, 0.012855271054724126, 0.8436426612110498, 0.822420209894871, -0.1854422995735763, -0.12012258911147275] },
        { "LowPass", 7, 30, 0, 48000, [0.06052468840732536, 0.060718983237560885, 0.07122727649518329, 0.09260834171963475, 0.09642719475608048, 0.09643322384609461, 0.09758168561861842, 0.09758168561861906] },
        { "LowPass", 12, 15000, 0, 44100, [0.6460375253735382, 1.1885608229583682, 0.1649016414231222, -0.4895398565825604, 0.5369069862763107, 1.2542616281836731, -0.36365028493070733, 0.07758562725249628] },
        { "LowPass", 6, 30, 0, 48000, [0.29248668838616826, 0.2920687832263241, 0.26850809707676365, 0.10645260921597362, 0.10996830402380021, 0.10995936895084475, 0.10739420007059318, 0.10739420007056749] },
        { "LowPass", 12, 500, 0, 48000, [0.7362105943998803, 0.7629723903113589, 0.1000566809343633, 0.0020880569433700206, 0.9520537492524137, 0.9249894377797743, 1.06623005815613, 1.0662308652384207] },
        { "HighPass", 2, 20, 0, 48000, [0.5353377750960229, 1.0785060656603829, 0.05264028021920705, -0.586701589086979, 0.6739635220370753, 1.2299849267320362, -0.8520653676147916, -0.5899266197535783] },
        { "HighPass", 5, 120, 0, 96000, [0.34507457972220057, 0.8889978897630075, -0.09311318439666116, -0.6254768255463448, 0.5875745170113111, 1.1440584568274392, -0.7577340460466666, -0.5107912638589576] },
        { "HighPass", 12, 9000, 0, 44100, [-0.0001658503572719225, 0.4961037516308662, 0.23502653071309965, -0.535102554379521, -0.3034024976464087, 0.27961347568127537, 0.22694550321732684, 0.001531272214140303] },
        { "HighPass", 1, 3000, 0, 8000, [0.00016576314959149824, 0.09016651806245188, 0.0427162777263896, -0.11703076604488227, 0.026276726461943074, 0.01598778026391385, 0.08133659210193121, -1.5605290815787383e-05] },
        { "BandPass", 1, 300, 3400, 8000, [0.008038831724110629, 0.49124333098794576, 0.21436171444491472, -0.512764324031851, -0.3422561627176307, 0.34021635111913606, -0.15700623669383318, 0.02560461586624463] },
        { "BandPass", 4, 1000, 2000, 44100, [-0.02548153535440001, -0.013554545418138627, 0.048542226494987115, -1.5028266070822824e-07, 1.306379887491597e-06, 1.2649698223535928e-06, -0.012005659903107441, -0.006612889964114667] },
        { "BandPass", 3, 50, 150, 48000, [0.10219973286665936, 0.10069783579272966, -0.00820548195328595, 0.004715541467686666, -0.002011642483440957, -0.0020277526643808384, 1.004196425066056e-05, 8.449240784883422e-06] },
        { "BandPass", 12, 2000, 6000, 48000, [0.009033844511466185, 0.008969297277611287, -0.009237633555743495, 8.727978690546107e-12, -4.151490114860114e-10, 2.3418936049331236e-10, -0.1703709054708814, -0.002824717367852142] },
        { "BandPass", 5, 100, 7900, 16000, [0.03918478525458935, 0.5881421418941095, 0.051611498326867955, -0.6251691016717449, 0.4922057007830959, 1.0263403358201326, -0.4181059386801555, -0.18182867496932464] },
        { "BandPass", 2, 150000, 160000, 384000, [-0.011458172155080895, 0.009820680339127157, 0.00040975890257959405, -0.00039775271894914633, -4.163915922696034e-05, 7.726999511588507e-05, 0.011435915003798274, -0.0020478624279075697] },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void Apply_SumOfTones_EqualsRecordedResult(string kind, int order, double low, double high, int rate, double[] expected)
    {
        double[] samples = Signal(3000);
        Filter(kind, order, low, high, rate).Apply(samples);

        // 1e-9 of the signal's peak, 1.85: both compute in double, with sections in another order.
        Assert.All(Places.Zip(expected), pair => Assert.Equal(pair.Second, samples[pair.First], 1.85e-9));
    }

    [Theory]
    [InlineData(1, 0.6455202066613388, 0.6455202066613388, 0.6455202066613388)]
    [InlineData(2, 0.4751496943039709, 0.5327166835437307, 0.5327166835437307)]
    [InlineData(5, 0.6314618783425683, 0.6823456321932895, 1.0660927989715112)]
    [InlineData(15, 0.6463731082664785, 0.9563558592948027, 0.7035397964390182)]
    [InlineData(16, 0.6450952945801051, 0.9965554728067685, 1.3938992074424237)]
    public void Apply_ShorterThanItsReflection_EqualsRecordedResultWithAShorterOne(int frames, double first, double middle, double last)
    {
        double[] samples = Signal(frames);
        ButterworthFilter.LowPass(4, 8000, 44_100).Apply(samples);
        Assert.Equal([first, middle, last], [samples[0], samples[frames / 2], samples[^1]], (a, b) => Math.Abs(a - b) < 1e-9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Apply_ManyChannels_EachIsTheDoubleResultRounded(int channels)
    {
        AudioBuffer audio = Property.Noise(3, channels, 5000, 44_100);
        double[][] expected = [.. Enumerable.Range(0, channels).Select(channel => Array.ConvertAll(audio[channel].ToArray(), x => (double)x))];
        var filter = ButterworthFilter.LowPass(5, 8000, 44_100);
        filter.Apply(audio);
        for (int channel = 0; channel < channels; channel++)
        {
            filter.Apply(expected[channel]);
            Assert.Equal(Array.ConvertAll(expected[channel], x => (float)x), audio[channel].ToArray());
        }
    }

    [Fact]
    public void Run_AnySectionsAndLength_EqualsScalarBitForBit() => Property.Holds(
        from order in Property.Between(1, 12) from frames in Property.Between(0, 70) from seed in Property.Between(0, 1 << 20) from step in Gen.Elements(2, -2)
        select (order, frames, seed, step),
        drawn =>
        {
            Biquad[] sections = ButterworthDesign.LowPass(drawn.order, 3000, 48_000);
            double[] fast = [.. Noise(drawn.seed, 2 * drawn.frames)], plain = [.. fast];
            double[] states = [.. Noise(drawn.seed + 1, sections.Length * SectionKernel.StateLength)], plainStates = [.. states];
            if (drawn.step > 0) SectionKernel.Forward(sections, states, fast);
            else SectionKernel.Backward(sections, states, fast);
            SectionKernel.RunScalar(sections, plainStates, plain, drawn.step);
            Assert.Equal(plain, fast);
            Assert.Equal(plainStates, states);
        });

    [Fact]
    public void Both_AnySectionsAndLengths_EqualsOneAfterTheOther() => Property.Holds(
        from order in Property.Between(1, 12) from frames in Property.Between(0, 70) from others in Gen.OneOf(Gen.Constant(-1), Property.Between(0, 70))
        select (order, frames, others),
        drawn =>
        {
            Biquad[] sections = ButterworthDesign.HighPass(drawn.order, 300, 48_000);
            double[] ahead = [.. Noise(1, 2 * drawn.frames)], back = [.. Noise(2, 2 * (drawn.others < 0 ? drawn.frames : drawn.others))];
            double[] aheadStates = [.. Noise(3, sections.Length * SectionKernel.StateLength)], backStates = [.. Noise(4, sections.Length * SectionKernel.StateLength)];
            double[][] plain = [[.. ahead], [.. aheadStates], [.. back], [.. backStates]];
            SectionKernel.Both(sections, aheadStates, ahead, backStates, back);
            SectionKernel.RunScalar(sections, plain[1], plain[0], 2);
            SectionKernel.RunScalar(sections, plain[3], plain[2], -2);
            Assert.Equal(plain, [ahead, aheadStates, back, backStates]);
        });

    [Fact]
    public void Run_OneSignal_EqualsTheFirstOfTwo() => Property.Holds(
        from order in Property.Between(1, 12) from frames in Property.Between(0, 40) from step in Gen.Elements(2, -2) select (order, frames, step),
        drawn =>
        {
            Biquad[] sections = ButterworthDesign.BandPass(drawn.order, 300, 3000, 48_000);
            double[] one = [.. Noise(5, 2 * drawn.frames)], back = [.. one], ahead = [.. one], plain = [.. one];
            double[] states = [.. Noise(6, sections.Length * SectionKernel.StateLength)], plainStates = [.. states], aheadStates = [.. states], backStates = [.. states];
            if (drawn.step > 0) SectionKernel.Forward(sections, states, one, signals: 1);
            else SectionKernel.Backward(sections, states, one, signals: 1);
            SectionKernel.RunScalar(sections, plainStates, plain, drawn.step);
            SectionKernel.Both(sections, aheadStates, ahead, backStates, back, signals: 1);
            Assert.Equal(FirstOf(plain), FirstOf(one));
            Assert.Equal(FirstOf(plainStates), FirstOf(states));
            Assert.Equal(FirstOf(one), FirstOf(drawn.step > 0 ? ahead : back));
            Assert.Equal(FirstOf(states), FirstOf(drawn.step > 0 ? aheadStates : backStates));
        });

    static double[] FirstOf(double[] pairs) => [.. pairs.Where((_, i) => i % 2 == 0)];

    [Fact]
    public void Apply_AnyFilterAndConstant_LetsItPassOrNot() => Property.Holds(
        from order in Property.Between(1, 12) from cutoff in Property.Between(200, 20_000) from frames in Property.Between(1, 6000) from level in Property.Between(-100, 100)
        select (order, cutoff, frames, level: level / 100f),
        drawn =>
        {
            var low = new AudioBuffer(44_100, 1, drawn.frames);
            low[0].Fill(drawn.level);
            AudioBuffer high = Property.Copy(low);
            ButterworthFilter.LowPass(drawn.order, drawn.cutoff, 44_100).Apply(low);
            ButterworthFilter.HighPass(drawn.order, drawn.cutoff, 44_100).Apply(high);

            // A constant is steady from the first sample: no transient at either end. Sections at 200 Hz and order 12 lose seven digits of sixteen.
            Assert.All(low[0].ToArray(), x => Assert.Equal(drawn.level, x, 1e-6f));
            Assert.All(high[0].ToArray(), x => Assert.Equal(0f, x, 1e-6f));
        });

    [Fact]
    public void Apply_SignalBackwards_IsTheResultBackwards()
    {
        // Without phase, forward and backward are one; the ends differ by what the first run's start leaves.
        double[] signal = Signal(4000), reversed = [.. signal.Reverse()];
        var filter = ButterworthFilter.LowPass(4, 8000, 44_100);
        filter.Apply(signal);
        filter.Apply(reversed);
        for (int i = 200; i < 3800; i++) Assert.Equal(signal[i], reversed[3999 - i], 1e-12);
    }

    [Fact]
    [Trait("Requirement", "B-22")]
    public void Apply_ToneAtTheCutoff_LosesSixDecibels()
    {
        var audio = new AudioBuffer(48_000, [[.. Enumerable.Range(0, 48_000).Select(n => MathF.Sin(2 * MathF.PI * (n % 6) / 6))]]);
        ButterworthFilter.LowPass(4, 8000, 48_000).Apply(audio);
        float[] middle = audio[0][12_000..36_000].ToArray();
        double rms = Math.Sqrt(middle.Average(x => (double)x * x));
        Assert.Equal(0.5 * Math.Sqrt(0.5), rms, 1e-6);   // float32 samples
        Assert.Equal(Math.Sin(Math.PI / 3) / 2, middle[1], 1e-6);   // and not a degree of phase
    }

    [Fact]
    public void GainAt_KnownDesigns_EqualsRecordedResponse()
    {
        // scipy 1.10.1, sosfreqz, squared.
        double[] frequencies = [10, 100, 1000, 8000];
        Check(ButterworthFilter.LowPass(4, 8000, 44_100), [1, 1, 0.9999999763615347, 0.5]);
        Check(ButterworthFilter.HighPass(5, 120, 96_000), [1.6149733879760363e-11, 0.13904659715335063, 0.9999999993831046, 1]);
        Check(ButterworthFilter.BandPass(3, 50, 150, 48_000), [6.090235234478823e-06, 0.9997559973531288, 1.037426633347787e-06, 2.1241621945931955e-12]);

        void Check(ButterworthFilter filter, double[] expected) =>
            Assert.All(frequencies.Zip(expected), pair => Assert.Equal(pair.Second, filter.GainAt(pair.First), 1e-10));
    }

    [Fact]
    public void Apply_SignalThenSilence_EndsInSilence()
    {
        AudioBuffer audio = Property.Noise(5, 2, 200_000, 44_100);
        audio.Slice(2000, 198_000)[0].Clear();
        audio.Slice(2000, 198_000)[1].Clear();
        ButterworthFilter.BandPass(2, 300, 3000, 44_100).Apply(audio);
        Assert.Equal(0f, audio[0][150_000]);
        Assert.Equal(0f, audio[1][^1]);
    }

    [Fact]
    public void Apply_LargestFloats_StayFinite()
    {
        var audio = new AudioBuffer(44_100, [[.. Enumerable.Range(0, 3000).Select(n => n / 100 % 2 == 0 ? float.MaxValue : -float.MaxValue)]]);
        ButterworthFilter.LowPass(8, 8000, 44_100).Apply(audio);
        Assert.All(audio[0].ToArray(), x => Assert.True(float.IsFinite(x)));
    }

    [Fact]
    public void Apply_NoFrames_DoesNothing() => ButterworthFilter.LowPass(4, 8000, 44_100).Apply(new AudioBuffer(44_100, 2, 0));

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(13, 1000)]
    [InlineData(4, 0)]
    [InlineData(4, 24_000)]
    [InlineData(4, double.NaN)]
    public void Design_Impossible_Throws(int order, double cutoff)
    {
        Assert.ThrowsAny<ArgumentException>(() => ButterworthFilter.LowPass(order, cutoff, 48_000));
        Assert.ThrowsAny<ArgumentException>(() => ButterworthFilter.HighPass(order, cutoff, 48_000));
        Assert.ThrowsAny<ArgumentException>(() => ButterworthFilter.BandPass(order, cutoff, 23_000, 48_000));
    }

    [Fact]
    public void Apply_OtherRateBandUpsideDownOrNotANumber_Throws()
    {
        Assert.ThrowsAny<ArgumentException>(() => ButterworthFilter.BandPass(2, 2000, 1000, 48_000));
        Assert.ThrowsAny<ArgumentException>(() => ButterworthFilter.LowPass(4, 8000, 44_100).Apply(new AudioBuffer(48_000, 1, 8)));
        var audio = new AudioBuffer(44_100, [[0f, float.NaN, 0f]]);
        Assert.Same(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => ButterworthFilter.LowPass(4, 8000, 44_100).Apply(audio)).Problem);
    }

    static ButterworthFilter Filter(string kind, int order, double low, double high, int rate) => kind switch
    {
        "LowPass" => ButterworthFilter.LowPass(order, low, rate),
        "HighPass" => ButterworthFilter.HighPass(order, low, rate),
        _ => ButterworthFilter.BandPass(order, low, high, rate),
    };

    static double[] Signal(int frames) =>
        [.. Enumerable.Range(0, frames).Select(i => Math.Sin((0.05 * i) + 0.3) + (0.5 * Math.Sin(1.7 * i)) + (0.25 * Math.Cos(0.0007 * i * i)) + 0.1)];

    static IEnumerable<double> Noise(int seed, int count)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5);
    }
}
