using DgxMusic.Models.Weights;
using DgxMusic.Tensors;

namespace DgxMusic.Models.HTDemucs;

/// <summary>
/// Both branches as tokens, with attention within each and across both in turn: even layers look at their own branch, odd ones at the other.
/// N = 8 L tokens of the spectral branch, in the order of time and then of frequency; M = T/256 of the time branch.
/// </summary>
sealed class CrossTransformer
{
    readonly IEngine engine;
    readonly NormWeights normIn, normInT;
    readonly TransformerLayer[] layers, layersT;
    readonly Tensor plane, line;

    public CrossTransformer(Parameters parameters, HTDemucsConfig config)
    {
        engine = parameters.Engine;
        int width = config.TransformerWidth;
        (normIn, normInT) = (parameters["norm_in"].Norm(width), parameters["norm_in_t"].Norm(width));
        layers = [.. Enumerable.Range(0, config.TransformerLayers).Select(n => new TransformerLayer(parameters["layers"][n], config, isCross: n % 2 == 1))];
        layersT = [.. Enumerable.Range(0, config.TransformerLayers).Select(n => new TransformerLayer(parameters["layers_t"][n], config, isCross: n % 2 == 1))];
        (int rows, int frames, int samples) = config.Bottom;
        plane = engine.Upload(PositionTables.Plane(width, rows, frames, config.MaxPeriod, (float)config.PositionWeight), 1, frames * rows, width);
        line = engine.Upload(PositionTables.Line(width, samples, config.MaxPeriod, (float)config.PositionWeight), 1, samples, width);
    }

    /// <param name="x">(B, C, 8, L).</param>
    /// <param name="xt">(B, C, M).</param>
    public (Tensor X, Tensor Xt) Forward(Tensor x, Tensor xt, Action<string, Tensor>? probe = null)
    {
        using ITensorScope scope = engine.Scope();
        int batch = x.Size(0), width = x.Size(1), rows = x.Size(2), frames = x.Size(3);
        x = engine.Permute(x, 0, 3, 2, 1).Reshape(batch, frames * rows, width);             // (B, N, C)
        xt = engine.Permute(xt, 0, 2, 1);                                                   // (B, M, C)
        x = engine.LayerNorm(x, normIn) + plane;
        xt = engine.LayerNorm(xt, normInT) + line;
        for (int n = 0; n < layers.Length; n++)
        {
            (Tensor before, Tensor beforeT) = (x, xt);
            x = layers[n].Forward(before, beforeT);
            xt = layersT[n].Forward(beforeT, before);
            scope.Drop(before);
            scope.Drop(beforeT);
            probe?.Invoke($"crosstransformer.layers.{n}.out", x);
            probe?.Invoke($"crosstransformer.layers_t.{n}.out", xt);
        }

        x = engine.Permute(x.Reshape(batch, frames, rows, width), 0, 3, 2, 1);              // (B, C, 8, L)
        return (scope.Keep(x), scope.Keep(engine.Permute(xt, 0, 2, 1)));                    // (B, C, M)
    }
}

/// <summary>Attention, then two linear layers with GELU between, each scaled and added to what came in; a norm over all tokens at the end. Vaswani et al., arXiv:1706.03762.</summary>
sealed class TransformerLayer
{
    readonly IEngine engine;
    readonly bool isCross;
    readonly int heads;
    readonly NormWeights normQueries, normOut, normFeed;
    readonly NormWeights? normKeys;
    readonly LinearWeights queries, keys, values, outProj, linear1, linear2;
    readonly Tensor gamma1, gamma2;

    public TransformerLayer(Parameters parameters, HTDemucsConfig config, bool isCross)
    {
        (engine, this.isCross, heads) = (parameters.Engine, isCross, config.TransformerHeads);
        int width = config.TransformerWidth, hidden = (int)(width * config.TransformerHiddenScale);
        normQueries = parameters["norm1"].Norm(width);
        normKeys = isCross ? parameters["norm2"].Norm(width) : null;
        normFeed = parameters[isCross ? "norm3" : "norm2"].Norm(width);
        normOut = parameters["norm_out"].Norm(width);
        Parameters attention = parameters[isCross ? "cross_attn" : "self_attn"];
        (queries, keys, values) = (attention.Projection(0, width), attention.Projection(1, width), attention.Projection(2, width));
        outProj = attention["out_proj"].Linear(width, width);
        (linear1, linear2) = (parameters["linear1"].Linear(width, hidden), parameters["linear2"].Linear(hidden, width));
        (gamma1, gamma2) = (parameters["gamma_1"].Tensor("scale", width), parameters["gamma_2"].Tensor("scale", width));
    }

    /// <param name="x">(B, T, C).</param>
    /// <param name="other">(B, S, C): the other branch, which cross attention looks at.</param>
    public Tensor Forward(Tensor x, Tensor other)
    {
        using ITensorScope scope = engine.Scope();
        Tensor from = engine.LayerNorm(x, normQueries), at = isCross ? engine.LayerNorm(other, normKeys!) : from;
        Tensor seen = engine.Attention(engine.Linear(from, queries), engine.Linear(at, keys), engine.Linear(at, values), new(heads));
        x = engine.Linear(seen, outProj, new(Scale: gamma1, Residual: x));
        Tensor wide = engine.Linear(engine.LayerNorm(x, normFeed), linear1, Activation.Gelu);        // (B, T, 4 C)
        x = engine.Linear(wide, linear2, new(Scale: gamma2, Residual: x));
        return scope.Keep(engine.GroupNorm(x, normOut, 1, NormSpan.Tokens));
    }
}

/// <summary>Sines and cosines that tell tokens where they stand.</summary>
static class PositionTables
{
    /// <summary>(frames · rows, C): the first half of the channels tells time, the second frequency; in each half sine and cosine take turns.</summary>
    public static float[] Plane(int channels, int rows, int frames, double period, float weight)
    {
        float[] table = new float[frames * rows * channels];
        int half = channels / 2;
        for (int k = 0; k < half / 2; k++)
        {
            float speed = MathF.Exp(2 * k * -(float)(Math.Log(period) / half));
            for (int frame = 0; frame < frames; frame++)
            {
                for (int row = 0; row < rows; row++)
                {
                    Span<float> token = table.AsSpan(((frame * rows) + row) * channels, channels);
                    (token[2 * k], token[(2 * k) + 1]) = (weight * MathF.Sin(frame * speed), weight * MathF.Cos(frame * speed));
                    (token[half + (2 * k)], token[half + (2 * k) + 1]) = (weight * MathF.Sin(row * speed), weight * MathF.Cos(row * speed));
                }
            }
        }

        return table;
    }

    /// <summary>(T, C): all cosines, then all sines.</summary>
    public static float[] Line(int channels, int length, double period, float weight)
    {
        float[] table = new float[length * channels];
        int half = channels / 2;
        for (int k = 0; k < half; k++)
        {
            float slowness = MathF.Pow((float)period, (float)k / (half - 1));
            for (int t = 0; t < length; t++)
            {
                float phase = t / slowness;
                (table[(t * channels) + k], table[(t * channels) + half + k]) = (weight * MathF.Cos(phase), weight * MathF.Sin(phase));
            }
        }

        return table;
    }
}
