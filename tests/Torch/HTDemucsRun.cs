using DgxMusic.Dsp;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Models.Tests;
using DgxMusic.Tensors;

namespace DgxMusic.Torch.Tests;

/// <summary>The small model on the segment that the published one was recorded with.</summary>
static class HTDemucsRun
{
    const string Folder = "htdemucs_small";

    public static float[] Recorded => Npy.Read(Folder, "out.npy");

    public static string Weights => GoldenFiles.Path(Folder, "model_fp32.th");

    public static float[] Stems(TorchDevice device, Precision precision)
    {
        using var engine = new TorchEngine(device, precision);
        HTDemucs model = HTDemucs.Load(engine, Weights);
        return Stems(engine, model, Samples(model));
    }

    /// <summary>As a window goes through: what it makes dies with it.</summary>
    public static float[] Stems(IEngine engine, HTDemucs model, float[] samples)
    {
        using ITensorScope scope = engine.Scope();
        return model.Forward(engine.Upload(samples, 1, 2, model.Config.SegmentFrames)).ToArray();
    }

    public static float[] Samples(HTDemucs model)
    {
        AudioBuffer mix = GoldenSignal.Mix(model.Config.SegmentFrames, 44_100, 2, "mix.noise");
        return [.. mix[0], .. mix[1]];
    }
}
