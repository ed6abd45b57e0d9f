namespace DgxMusic.Tensors;

/// <summary>Weights as their engine likes them best. Prepared once, used by any number of calls.</summary>
public abstract class LinearWeights(LinearLayout layout)
{
    public LinearLayout Layout { get; } = layout;
}

public abstract class ConvWeights(ConvLayout layout)
{
    public ConvLayout Layout { get; } = layout;
}

public abstract class TransposedConvWeights(TransposedConvLayout layout)
{
    public TransposedConvLayout Layout { get; } = layout;
}

public abstract class LstmWeights(LstmLayout layout)
{
    public LstmLayout Layout { get; } = layout;
}

/// <summary>Keys and values of the tokens so far, as attention likes them best. Lives until disposed, whatever scope is open.</summary>
public abstract class KeyValueCache : IDisposable
{
    /// <summary>Tokens so far.</summary>
    public int Length { get; protected set; }

    public abstract int Capacity { get; }

    /// <param name="keys">(B, T, C).</param>
    /// <param name="values">(B, T, C).</param>
    public abstract void Append(Tensor keys, Tensor values);

    /// <summary>Forgets all tokens but the first ones.</summary>
    public void Truncate(int length)
    {
        if ((uint)length > (uint)Length) throw new ArgumentOutOfRangeException(nameof(length), length, $"There are {Length} tokens.");
        Length = length;
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
