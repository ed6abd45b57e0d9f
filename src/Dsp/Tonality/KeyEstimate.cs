namespace DgxMusic.Dsp.Tonality;

/// <summary>The key that a whole piece is in.</summary>
/// <param name="Name">Such as <c>C# minor</c>, always with sharps; null for silence and where no key stands out.</param>
/// <param name="Confidence">Pearson correlation with the key's profile, 0 to 1.</param>
/// <param name="Margin">By how much this key fits better than the runner-up, its first and last chord considered; 0 to 2.</param>
public sealed record KeyEstimate(string? Name, double Confidence, double Margin)
{
    public static readonly KeyEstimate None = new(null, 0, 0);
}
