using DgxMusic.Tensors;
using TorchSharp;
using Native = TorchSharp.torch.Tensor;

namespace DgxMusic.Torch;

public sealed partial class TorchEngine
{
    /// <summary>Where no window reaches, the sum is 0 and stays it.</summary>
    const float LeastWeight = 1e-11f;

    readonly Dictionary<int, Taper> tapers = [];

    /// <summary>Hann windows of one size, on the device.</summary>
    /// <param name="Analysis">With the scale of the transform.</param>
    /// <param name="Synthesis">With the scale of the inverse.</param>
    sealed record Taper(Native Analysis, Native Synthesis, Native Squares);

    public Tensor Stft(Tensor x, int size, int hop)
    {
        TorchTensor from = Mine(x);
        Require(x.Rank == 3 && hop > 0 && x.Size(2) > size / 2, $"Reflection of {size / 2} values needs more than {x} has along time.");
        Taper taper = TaperOf(size);
        int batch = x.Size(0), channels = x.Size(1), frames = 1 + (x.Size(2) / hop);
        return New(() =>
        {
            Native waves = Exact(from.Native).reshape(batch * channels, x.Size(2));
            Native pieces = Reflected(waves, size / 2, size / 2).unfold(1, size, hop).mul(taper.Analysis);      // (B · C, frames, size)
            Native spectrum = torch.fft.rfft(pieces).view_as_real();                                            // (B · C, frames, bins, 2)
            return spectrum.permute(0, 3, 2, 1).reshape(batch, channels, 2, (size / 2) + 1, frames).contiguous();
        });
    }

    public Tensor InverseStft(Tensor spectrum, int hop, int length)
    {
        TorchTensor from = Mine(spectrum);
        Require(spectrum.Rank == 5 && spectrum.Size(2) == 2 && hop > 0, $"{spectrum} is no spectrum of (batch, channels, 2, bins, frames).");
        int batch = spectrum.Size(0), channels = spectrum.Size(1), bins = spectrum.Size(3), frames = spectrum.Size(4), size = 2 * (bins - 1);
        Taper taper = TaperOf(size);
        Require(length >= 0 && length <= ((frames - 1) * hop) + (size / 2), $"{frames} frames do not reach {length} samples.");
        return New(() =>
        {
            Native values = Exact(from.Native).reshape(batch * channels, 2, bins, frames).permute(0, 3, 2, 1).contiguous().view_as_complex();
            Native sum = Overlapped(torch.fft.irfft(values, size).mul_(taper.Synthesis), hop).narrow(1, size / 2, length);
            Native weight = Overlapped(taper.Squares.expand(1, frames, size), hop).narrow(1, size / 2, length);
            return sum.div(weight.AtLeast(LeastWeight)).reshape(batch, channels, length);
        });
    }

    /// <summary>(N, frames, size) → (N, T): pieces of a hop each, the first of all frames, then the second, …, added at their places: in the same order everywhere.</summary>
    static Native Overlapped(Native pieces, int hop)
    {
        long frames = pieces.shape[1], size = pieces.shape[2], parts = (size + hop - 1) / hop;
        Native whole = torch.nn.functional.pad(pieces, (0, (parts * hop) - size));
        Native sum = torch.zeros([pieces.shape[0], frames + parts - 1, hop], torch.float32, pieces.device);
        for (long part = 0; part < parts; part++) sum.narrow(1, part, frames).Increase(whole.narrow(2, part * hop, hop));
        return sum.reshape(pieces.shape[0], (frames + parts - 1) * hop);
    }

    Taper TaperOf(int size)
    {
        Require(size >= 2 && int.IsPow2(size), $"A transform of {size} values is not one of a power of two.");
        lock (tapers)
        {
            if (tapers.TryGetValue(size, out Taper? known)) return known;
            float[] hann = Dsp.Spectrum.Windows.Hann(size);
            float root = MathF.Sqrt(size);
            return tapers[size] = new(Along(value => value / root), Along(value => value * root), Along(value => value * value));
            Native Along(Func<float, float> value) => Lasting([.. hann.Select(value)], [size], torch.float32);
        }
    }
}
