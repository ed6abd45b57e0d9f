using DgxMusic.Models.Tests.HTDemucs;
using DgxMusic.Models.Tests.MusicGen;
using DgxMusic.Models.Tests.MusicGen.Codec;
using DgxMusic.Models.Tests.MusicGen.LanguageModel;
using DgxMusic.Models.Tests.MusicGen.Text;
using DgxMusic.Tensors;
using DgxMusic.Tensors.Tests;

namespace DgxMusic.Torch.Tests;

/// <summary>The contract of every engine, on libtorch.</summary>
public abstract class TorchContract(TorchDevice device) : EngineContract
{
    protected override IEngine Create() => new TorchEngine(device);

    // libtorch subtracts from 1 what is close to it: two roundings of 1, times what it is multiplied by. An approximated GELU is 1e-4 off.
    protected override double ActivationFloor(float x) => 1.2e-7 * Math.Max(1, Math.Abs(x));
}

public sealed class TorchEngineTests() : TorchContract(TorchDevice.Cpu);

/// <summary>The published model, tensor by tensor.</summary>
public sealed class HTDemucsOnTorchTests : HTDemucsContract
{
    protected override IEngine Create() => new TorchEngine(TorchDevice.Cpu);
}

/// <summary>The published language model, tensor by tensor and code by code.</summary>
public sealed class LanguageModelOnTorchTests : LanguageModelContract
{
    protected override IEngine Create() => new TorchEngine(TorchDevice.Cpu);
}

/// <summary>The published text encoder, tensor by tensor.</summary>
public sealed class T5EncoderOnTorchTests : T5EncoderContract
{
    protected override IEngine Create() => new TorchEngine(TorchDevice.Cpu);
}

/// <summary>The published codec, tensor by tensor and code by code.</summary>
public sealed class EnCodecOnTorchTests : EnCodecContract
{
    protected override IEngine Create() => new TorchEngine(TorchDevice.Cpu);
}

/// <summary>The three published models together, from tokens to samples.</summary>
public sealed class MusicGenModelOnTorchTests : MusicGenModelContract
{
    protected override IEngine Create() => new TorchEngine(TorchDevice.Cpu);
}
