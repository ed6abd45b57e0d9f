using DgxMusic.Models.MusicGen;
using DgxMusic.Models.Tests;
using DgxMusic.Pipeline.Tests.Generations;
using DgxMusic.Tensors;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Torch.Tests;

/// <summary>Text, codes, sound: the three models together on libtorch.</summary>
public sealed class MusicGenOnTorchTests : IDisposable
{
    static readonly int[] writing = [10, 33], decoding = [7, 29];

    readonly SmallMusicGen files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void Music_OfAPrompt_HasTheCodesAndTheSoundThatOurOwnEngineGives()
    {
        using MusicGenModel model = Load(new TorchEngine(TorchDevice.Cpu)), own = Load(new ManagedEngine(threads: 2));
        Codes codes = MusicGenRun.Write(own);
        Assert.Equal(codes.ToBytes(), MusicGenRun.Write(model).ToBytes());
        float[] samples = MusicGenRun.Play(model, codes);
        Assert.Equal(MusicGenRun.Frames * model.SamplesPerFrame, samples.Length);
        // Each is within 5e-6 of the published model.
        Assert.InRange(GoldenSignal.Distance(samples, MusicGenRun.Play(own, codes)), 1e-9, 1e-5);
    }

    [Fact]
    public void Music_InTheSameBlocks_HasTheSameBytes()
    {
        (byte[] Codes, float[] Samples) first = Blocks(), second = Blocks();
        Assert.Equal(first.Codes, second.Codes);
        Assert.Equal(first.Samples, second.Samples);

        (byte[] Codes, float[] Samples) Blocks()
        {
            using MusicGenModel model = Load(new TorchEngine(TorchDevice.Cpu));
            Codes codes = MusicGenRun.Write(model, writing);
            return (codes.ToBytes(), MusicGenRun.Play(model, codes, decoding));
        }
    }

    [Fact]
    public void Sound_InBlocks_IsThatOfTheWholeWithinTheBound()
    {
        using MusicGenModel model = Load(new TorchEngine(TorchDevice.Cpu));
        Codes codes = MusicGenRun.Write(model);
        float[] whole = MusicGenRun.Play(model, codes), parted = MusicGenRun.Play(model, codes, decoding);
        // Each is within 5e-6 of the published model: a block's sums stand in another order, no more.
        Assert.InRange(GoldenSignal.Distance(parted, whole), 0, 1e-5);
    }

    [Fact]
    public void Music_HalfPrecision_IsWrittenAndItsSoundStaysNear()
    {
        using MusicGenModel model = Load(new TorchEngine(TorchDevice.Cpu)), half = Load(new TorchEngine(TorchDevice.Cpu, Precision.BFloat16));
        Codes codes = MusicGenRun.Write(half);
        Assert.Equal((MusicGenRun.Frames, 4), (codes.Frames, codes.Codebooks));
        // Half a unit in the last of 8 bits is 2e-3 of a value; measured: 8.9e-3.
        Assert.InRange(GoldenSignal.Distance(MusicGenRun.Play(half, codes), MusicGenRun.Play(model, codes)), 1e-4, 2e-2);
    }

    MusicGenModel Load(IEngine engine) => MusicGenModel.Load(engine, files.Files);
}
