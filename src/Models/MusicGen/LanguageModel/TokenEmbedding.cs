using System.Buffers;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DgxMusic.Models.MusicGen.LanguageModel;

/// <summary>One vector a position: those of its K tokens and of its place added up. Done here and not by the engine, to which a step is then a single small upload.</summary>
sealed class TokenEmbedding
{
    const float MaxPeriod = 10_000;

    readonly IEngine engine;
    readonly int width, rows, positions;
    readonly float[][] tables;
    readonly float[] speeds;

    public TokenEmbedding(Parameters parameters, LanguageModelConfig config)
    {
        (engine, width, rows, positions) = (parameters.Engine, config.Hidden, config.Codes + 1, config.MaxPositions);
        tables = [.. Enumerable.Range(0, config.Codebooks).Select(codebook => parameters[codebook].Read("weight", rows, width))];
        float slowing = MathF.Log(MaxPeriod) / Math.Max(1, (width / 2) - 1);
        speeds = [.. Enumerable.Range(0, width / 2).Select(k => MathF.Exp(k * -slowing))];
    }

    /// <param name="tokens">(T, K).</param>
    /// <param name="start">Position of the first.</param>
    /// <returns>(1, T, C).</returns>
    public Tensor Forward(ReadOnlySpan<int> tokens, int start)
    {
        int count = tokens.Length / tables.Length;
        if (count == 0 || count * tables.Length != tokens.Length) throw new ArgumentException($"{tokens.Length} tokens are not positions of {tables.Length}.", nameof(tokens));
        if (start + count > positions) throw new ArgumentException($"Position {start + count - 1} is beyond the model's {positions}.", nameof(tokens));
        float[] buffer = ArrayPool<float>.Shared.Rent(count * width);
        try
        {
            for (int t = 0; t < count; t++) Put(tokens.Slice(t * tables.Length, tables.Length), start + t, buffer.AsSpan(t * width, width));
            return engine.Upload(buffer.AsSpan(0, count * width), 1, count, width);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    void Put(ReadOnlySpan<int> tokens, int position, Span<float> to)
    {
        RowOf(0, tokens[0]).CopyTo(to);
        for (int codebook = 1; codebook < tokens.Length; codebook++) TensorPrimitives.Add(to, RowOf(codebook, tokens[codebook]), to);
        Span<float> cosines = to[..speeds.Length], sines = to[speeds.Length..];
        for (int k = 0; k < speeds.Length; k++)
        {
            (float sine, float cosine) = MathF.SinCos(position * speeds[k]);
            (cosines[k], sines[k]) = (cosines[k] + cosine, sines[k] + sine);
        }
    }

    ReadOnlySpan<float> RowOf(int codebook, int token) => (uint)token < (uint)rows ? tables[codebook].AsSpan(token * width, width)
        : throw new ArgumentOutOfRangeException(nameof(token), token, $"Codebook {codebook} has the tokens 0 to {rows - 1}.");
}
