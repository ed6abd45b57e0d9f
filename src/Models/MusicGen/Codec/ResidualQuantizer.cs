using System.Numerics.Tensors;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors;
using Tensor = DgxMusic.Tensors.Tensor;

namespace DgxMusic.Models.MusicGen.Codec;

/// <summary>Says a vector as the nearest one of a book, what is left of it as the nearest one of the next book, and so on. Zeghidour et al., arXiv:2107.03312, section III.C, algorithm 1.</summary>
sealed class ResidualQuantizer
{
    /// <summary>Of a product with a whole book, that are held at a time: 4 MB.</summary>
    const int FramesAtOnce = 512;

    readonly IEngine engine;
    readonly int width, size;
    readonly Tensor[] embed;
    readonly LinearWeights[] nearness;

    public ResidualQuantizer(Parameters parameters, CodecConfig config, int codebooks)
    {
        (engine, width, size) = (parameters.Engine, config.Latent, config.CodebookSize);
        float[][] books = [.. Enumerable.Range(0, codebooks).Select(n => parameters["layers"][n]["codebook"].Read("embed", size, width))];
        embed = [.. books.Select(book => engine.Upload(book, size, width))];
        nearness = [.. books.Select(NearnessTo)];
    }

    public int Codebooks => embed.Length;

    /// <param name="x">(T, C).</param>
    public Codes Encode(Tensor x)
    {
        int frames = x.Size(0);
        int[] codes = new int[Codebooks * frames];
        for (int from = 0; from < frames; from += FramesAtOnce)
        {
            using ITensorScope scope = engine.Scope();
            int count = Math.Min(FramesAtOnce, frames - from);
            Tensor rest = engine.Slice(x, 0, from, count);
            for (int n = 0; n < Codebooks; n++)
            {
                Span<int> chosen = codes.AsSpan((n * frames) + from, count);
                Choose(engine.Linear(rest, nearness[n]).ToArray(), chosen);
                rest -= engine.Embedding(embed[n], chosen);
            }
        }

        return new(Codebooks, frames, codes);
    }

    /// <returns>(T, C): the sum of the vectors that are meant.</returns>
    public Tensor Decode(Codes codes)
    {
        using ITensorScope scope = engine.Scope();
        Tensor sum = engine.Embedding(embed[0], codes.Of(0));
        for (int n = 1; n < Codebooks; n++) sum += engine.Embedding(embed[n], codes.Of(n));
        return scope.Keep(sum);
    }

    /// <summary>x · e - ‖e‖²/2 for each e of a book: greatest where ‖x - e‖² is smallest.</summary>
    LinearWeights NearnessTo(float[] book)
    {
        float[] bias = new float[size];
        for (int row = 0; row < size; row++)
        {
            double energy = 0;
            foreach (float value in book.AsSpan(row * width, width)) energy += (double)value * value;
            bias[row] = (float)(-energy / 2);
        }

        return engine.Prepare(new LinearLayout(width, size), book, bias);
    }

    void Choose(float[] nearness, Span<int> codes)
    {
        for (int frame = 0; frame < codes.Length; frame++) codes[frame] = TensorPrimitives.IndexOfMax(nearness.AsSpan(frame * size, size));
    }
}
