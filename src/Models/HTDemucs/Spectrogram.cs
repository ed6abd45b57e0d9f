using DgxMusic.Tensors;

namespace DgxMusic.Models.HTDemucs;

/// <summary>The spectrogram as this model has it: one frame for every hop, the highest bin left out, real and imaginary parts as channels.</summary>
sealed class Spectrogram(IEngine engine, int size)
{
    // Frames at each end that a centred transform makes of reflections only.
    const int Outer = 2;

    readonly int hop = size / 4;

    /// <summary>(B, C, T) → (B, 2 C, 2048, T/1024): left real, left imaginary, right real, right imaginary.</summary>
    public Tensor Of(Tensor x)
    {
        using ITensorScope scope = engine.Scope();
        int batch = x.Size(0), length = x.Size(-1), frames = (length + hop - 1) / hop, edge = 3 * hop / 2;
        Tensor padded = engine.Pad(x, edge, edge + (frames * hop) - length, PadMode.Reflect);
        Tensor z = engine.Slice(engine.Slice(engine.Stft(padded, size, hop), 3, 0, size / 2), 4, Outer, frames);   // (B, C, 2, 2048, L)
        return scope.Keep(z.Reshape(batch, -1, size / 2, frames));
    }

    /// <summary>(B, 2 N, 2048, L) → (B, N, T); what <see cref="Of"/> left out is 0.</summary>
    public Tensor Inverse(Tensor x, int length)
    {
        using ITensorScope scope = engine.Scope();
        int batch = x.Size(0), signals = x.Size(1) / 2, frames = x.Size(3), edge = 3 * hop / 2;
        Tensor z = engine.Concat(3, x.Reshape(batch, signals, 2, size / 2, frames), engine.Zeros(batch, signals, 2, 1, frames));
        Tensor wave = engine.InverseStft(engine.Pad(z, Outer, Outer), hop, (frames * hop) + (2 * edge));
        return scope.Keep(engine.Slice(wave, 2, edge, length));
    }
}
