namespace DgxMusic.Tensors;

/// <summary>In how many bits the weights of a linear layer lie in memory. Products are float32 always: of the rounded weights with values as they are.</summary>
public enum WeightStorage
{
    Float32,

    /// <summary>The nearest number of 8 significant bits, halves to the even one: within 2⁻⁸ of the weight.</summary>
    BFloat16,

    /// <summary>Whole steps from -127 to 127, their size one number an output and block of inputs; see <see cref="StoredWeights.ToInt8"/>.</summary>
    Int8,
}

/// <summary>In how many bits a cache keeps its keys and values.</summary>
public enum CacheStorage
{
    Float32,

    /// <summary>Rounded when they are appended, as weights are.</summary>
    BFloat16,
}

/// <summary>What is left of numbers that are stored in fewer bits: the same for every engine.</summary>
public static class StoredWeights
{
    /// <summary>Inputs of an output that share a step in <see cref="WeightStorage.Int8"/>; the last ones of an output may be fewer.</summary>
    public const int Int8Block = 128;

    const float MostSteps = 127;

    /// <summary>The upper half of the float's bits, rounded to the nearest, halves to even. What is no number stays none.</summary>
    public static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    public static float FromBFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>
    /// Step s = max |w| / 127 and the nearest whole numbers of steps, halves to even: |w - s · n| ≤ s/2 but for the rounding of the quotient, 2⁻¹⁷ of that.
    /// Weights of zeros, or too small for a step, have the step 0.
    /// </summary>
    /// <param name="block">At most <see cref="Int8Block"/> weights of one output.</param>
    /// <exception cref="ArgumentException">A weight is not finite.</exception>
    public static float ToInt8(ReadOnlySpan<float> block, Span<sbyte> steps)
    {
        float most = 0;
        foreach (float weight in block) most = MathF.Max(most, MathF.Abs(weight));
        if (!float.IsFinite(most)) throw new ArgumentException("A weight that is not finite has no step.", nameof(block));
        float step = most / MostSteps;
        for (int i = 0; i < block.Length; i++) steps[i] = step == 0 ? (sbyte)0 : (sbyte)Math.Clamp(MathF.Round(block[i] / step), -MostSteps, MostSteps);
        return step;
    }

    /// <summary>Puts in place of weights what their storage leaves of them.</summary>
    /// <param name="weight">(outputs, inputs).</param>
    public static void Round(WeightStorage storage, Span<float> weight, int inputs)
    {
        if (storage == WeightStorage.BFloat16)
        {
            foreach (ref float value in weight) value = FromBFloat16(ToBFloat16(value));
        }

        Span<sbyte> steps = stackalloc sbyte[Int8Block];
        for (int row = 0; storage == WeightStorage.Int8 && row < weight.Length; row += inputs)
        {
            for (int start = 0; start < inputs; start += Int8Block)
            {
                Span<float> block = weight.Slice(row + start, Math.Min(Int8Block, inputs - start));
                float step = ToInt8(block, steps);
                for (int i = 0; i < block.Length; i++) block[i] = step * steps[i];
            }
        }
    }
}
