using DgxMusic.Models.Weights;

namespace DgxMusic.Models.MusicGen.Text;

/// <summary>One number for each head and bucket of distances: near tokens have a bucket a distance, farther ones share ever wider buckets. Raffel et al., arXiv:1910.10683, section 2.1.</summary>
sealed class RelativePositions(Parameters parameters, TextConfig config)
{
    readonly float[] table = parameters.Read("weight", config.Buckets, config.Heads);

    /// <summary>What attention adds to its products: (heads, queries, keys), row-major.</summary>
    public float[] Bias(int tokens)
    {
        float[] bias = new float[checked(config.Heads * tokens * tokens)];
        // Every query of a head sees a part of one line, which holds the distances from -(tokens - 1) to tokens - 1.
        float[] line = new float[Math.Max(0, (2 * tokens) - 1)];
        for (int head = 0; head < config.Heads; head++)
        {
            for (int i = 0; i < line.Length; i++) line[i] = table[(BucketOf(i - (tokens - 1)) * config.Heads) + head];
            for (int query = 0; query < tokens; query++) line.AsSpan(tokens - 1 - query, tokens).CopyTo(bias.AsSpan(((head * tokens) + query) * tokens));
        }

        return bias;
    }

    /// <param name="offset">Position of the key less that of the query.</param>
    internal int BucketOf(int offset)
    {
        int half = config.Buckets / 2, exact = half / 2, distance = Math.Abs(offset), start = offset > 0 ? half : 0;
        if (distance < exact) return start + distance;
        // In float32, as the model was trained: where a bucket begins depends on the rounding.
        float octaves = (float)Math.Log((float)distance / exact) / (float)Math.Log((double)config.MaxDistance / exact);
        return start + Math.Min(half - 1, exact + (int)(octaves * (half - exact)));
    }
}
