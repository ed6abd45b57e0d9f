using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Tests.Separation;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors;

namespace DgxMusic.Models.Tests.HTDemucs;

/// <summary>The model on an engine against the published one, tensor by tensor; see Golden/README.md.</summary>
public abstract class HTDemucsContract : IDisposable
{
    // A correct float32 implementation is some 3e-7 away from exact arithmetic, a tanh instead of an erf 1e-4.
    const double Bound = 5e-6;
    const string Folder = "htdemucs_small";

    IEngine? made;

    IEngine Engine => made ??= Create();

    protected abstract IEngine Create();

    public void Dispose()
    {
        made?.Dispose();
        GC.SuppressFinalize(this);
    }

    public static TheoryData<string, int> Activations => new()
    {
        { "spec_complex_as_channels", 29 }, { "freq_in_normalized", 29 }, { "time_in_normalized", 7 }, { "encoder.0.out", 29 }, { "encoder.0.out_plus_freq_emb", 29 },
        { "encoder.1.out", 7 }, { "encoder.2.out", 7 }, { "encoder.3.out", 3 }, { "tencoder.0.out", 7 }, { "tencoder.1.out", 7 }, { "tencoder.2.out", 3 }, { "tencoder.3.out", 1 },
        { "crosstransformer.in_freq", 1 }, { "crosstransformer.in_time", 1 }, { "crosstransformer.layers.0.out", 1 }, { "crosstransformer.layers_t.0.out", 1 },
        { "crosstransformer.layers.1.out", 1 }, { "crosstransformer.layers_t.1.out", 1 }, { "crosstransformer.out_freq", 1 }, { "crosstransformer.out_time", 1 },
        { "decoder.0.out", 7 }, { "decoder.1.out", 7 }, { "decoder.2.out", 29 }, { "decoder.3.out", 61 }, { "tdecoder.0.out", 3 }, { "tdecoder.1.out", 7 }, { "tdecoder.2.out", 7 }, { "tdecoder.3.out", 29 },
    };

    [Fact]
    public void Forward_ReferenceMix_EqualsEveryRecordedTensor()
    {
        Models.HTDemucs.HTDemucs model = Load("model_fp32.th");
        Dictionary<string, float[]> heard = [];
        model.Probe = (name, tensor) => heard[name] = tensor.ToArray();
        float[] stems = Run(model, GoldenSignal.Mix(model.Config.SegmentFrames, 44_100, 2, "mix.noise"));
        foreach (object[] row in Activations)
        {
            (string name, int stride) = ((string)row[0], (int)row[1]);
            double distance = GoldenSignal.Distance(Every(heard[name], stride), Npy.Read(Folder, "intermediate", name + ".npy"));
            Assert.True(distance <= Bound, $"{name} is {distance:E2} away.");
        }

        Assert.InRange(GoldenSignal.Distance(stems, Npy.Read(Folder, "out.npy")), 0, Bound);
    }

    [Fact]
    public void Forward_HalfWeights_EqualsTheRecordedOutput()
    {
        Models.HTDemucs.HTDemucs model = Load("model_half-896df531.th");
        float[] stems = Run(model, GoldenSignal.Mix(model.Config.SegmentFrames, 44_100, 2, "mix.noise"));
        Assert.InRange(GoldenSignal.Distance(EveryOfRows(stems, model.Config.SegmentFrames, 7), Npy.Read(Folder, "out_half_weights.stride7.npy")), 0, Bound);
    }

    [Fact]
    public void Forward_ShortMix_IsHeardWithSilenceBehindIt()
    {
        const int frames = 30_001;
        float[] stems = Run(Load("model_fp32.th"), GoldenSignal.Mix(frames, 44_100, 2, "short.noise"));
        Assert.InRange(GoldenSignal.Distance(EveryOfRows(stems, frames, 3), Npy.Read(Folder, "short_out.stride3.npy")), 0, Bound);
    }

    [Theory]
    [InlineData(4_096)]
    [InlineData(100_003)]
    public void Windows_WholeTrack_EqualTheRecordedApplication(int blockFrames)
    {
        const int frames = 882_000, edge = 4_096;
        float[] stems = Separate(Load("model_fp32.th"), GoldenSignal.Mix(frames, 44_100, 2, "mix20.noise"), blockFrames);
        Assert.InRange(GoldenSignal.Distance(EveryOfRows(stems, frames, 23), Npy.Read(Folder, "apply_out.stride23.npy")), 0, Bound);
        Assert.InRange(GoldenSignal.Distance(PartOfRows(stems, frames, 0, edge), Npy.Read(Folder, "apply_out.head4096.npy")), 0, Bound);
        Assert.InRange(GoldenSignal.Distance(PartOfRows(stems, frames, frames - edge, edge), Npy.Read(Folder, "apply_out.tail4096.npy")), 0, Bound);
    }

    [Fact]
    public void Windows_ShiftedTwice_EqualTheRecordedMean()
    {
        const int frames = 264_600, reach = 22_050;
        Models.HTDemucs.HTDemucs model = Load("model_fp32.th");
        AudioBuffer mix = GoldenSignal.Mix(frames, 44_100, 2, "shift.noise");
        float[] first = Separate(model, mix, 10_000, lead: reach - 5_000), second = Separate(model, mix, 10_000, lead: reach - 17_001);
        float[] mean = [.. first.Zip(second, (a, b) => (a + b) / 2)];
        Assert.InRange(GoldenSignal.Distance(EveryOfRows(mean, frames, 23), Npy.Read(Folder, "shifts_out.stride23.npy")), 0, Bound);
    }

    [Fact]
    public void Separate_WholeTrack_EqualsTheRecordedCommandLine()
    {
        // The original's own command line takes the mean of the track away and divides by its deviation, and undoes both at the end.
        const int frames = 882_000;
        using HTDemucsBag bag = Bag("model_fp32.th");
        List<double> told = [];
        float[] stems = [.. WholeTrack.Separate(GoldenSignal.Mix(frames, 44_100, 2, "mix20.noise"), bag, told.Add).SelectMany(stem => stem)];
        Assert.InRange(GoldenSignal.Distance(EveryOfRows(stems, frames, 23), Npy.Read(Folder, "apply_out_normalised.stride23.npy")), 0, Bound);
        Assert.Equal(told.Order(), told);
        Assert.Equal((14, 1.0), (told.Count, told[^1]));
    }

    [Fact]
    public void Separate_BagOfTwo_TakesEachSourceFromItsModel()
    {
        AudioBuffer mix = GoldenSignal.Mix(60_000, 44_100, 2, "bag.noise");
        using HTDemucsBag first = Bag("model_fp32.th"), second = Bag("model_half-896df531.th");
        using var both = HTDemucsBag.Load(
            "both", Create(), [GoldenFiles.Path(Folder, "model_fp32.th"), GoldenFiles.Path(Folder, "model_half-896df531.th")], [[1, 0, 0, 1], [0, 1, 1, 1]]);
        (float[][] a, float[][] b, float[][] joined) = (WholeTrack.Separate(mix, first), WholeTrack.Separate(mix, second), WholeTrack.Separate(mix, both));
        Assert.Equal(a[0], joined[0]);
        Assert.Equal(b[1], joined[1]);
        Assert.Equal(b[2], joined[2]);
        Assert.InRange(GoldenSignal.Distance(joined[3], [.. a[3].Zip(b[3], (x, y) => (x + y) / 2)]), 0, 1e-6);
    }

    [Fact]
    public void Load_WeightsOfAnotherModel_SaysWhichTensorDoesNotFit()
    {
        using WeightFile weights = WeightFile.Open(GoldenFiles.Path(Folder, "model_fp32.th"));
        HTDemucsConfig larger = HTDemucsConfig.Of(weights) with { Channels = 32 };
        PipelineException refusal = Assert.Throws<PipelineException>(() => new Models.HTDemucs.HTDemucs(Engine, larger, weights));
        Assert.Equal(Problem.WeightsMismatch, refusal.Problem);
        Assert.Contains("encoder.0.conv.weight", refusal.Message, StringComparison.Ordinal);
    }

    Models.HTDemucs.HTDemucs Load(string file) => Models.HTDemucs.HTDemucs.Load(Engine, GoldenFiles.Path(Folder, file));

    HTDemucsBag Bag(string file) => HTDemucsBag.Load(Path.GetFileNameWithoutExtension(file), Create(), [GoldenFiles.Path(Folder, file)]);

    float[] Run(Models.HTDemucs.HTDemucs model, AudioBuffer mix)
    {
        float[] samples = [.. mix[0], .. mix[1]];
        return model.Forward(Engine.Upload(samples, 1, 2, mix.Frames)).ToArray();
    }

    /// <summary>(sources, 2, T).</summary>
    float[] Separate(Models.HTDemucs.HTDemucs model, AudioBuffer mix, int blockFrames, int lead = 0)
    {
        float[] stems = new float[model.Config.Sources.Count * 2 * mix.Frames];
        int done = 0;
        var windows = new WindowedSeparation(
            new(model.Config.SegmentFrames), mix.SampleRateHz, 2, model.Config.Sources.Count,
            window => model.Forward(Engine.Upload(window, 1, 2, model.Config.SegmentFrames)).ToArray(),
            blocks =>
            {
                for (int n = 0; n < 2 * blocks.Length; n++) blocks[n / 2][n % 2].CopyTo(stems.AsSpan((n * mix.Frames) + done));
                done += blocks[0].Frames;
            },
            lead);
        for (int from = 0; from < mix.Frames; from += blockFrames) windows.Process(mix.Slice(from, Math.Min(blockFrames, mix.Frames - from)));
        windows.Complete();
        Assert.Equal(mix.Frames, done);
        return stems;
    }

    static float[] Every(float[] values, int stride) => [.. values.Where((_, n) => n % stride == 0)];

    static float[] EveryOfRows(float[] values, int row, int stride) => [.. values.Where((_, n) => n % row % stride == 0)];

    static float[] PartOfRows(float[] values, int row, int from, int count) => [.. values.Where((_, n) => n % row >= from && n % row < from + count)];
}
