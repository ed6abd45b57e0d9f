namespace DgxMusic.Models.MusicGen.LanguageModel;

/// <summary>How one code is chosen among all.</summary>
/// <param name="Temperature">Divides the logits; 0: always the likeliest code.</param>
/// <param name="TopK">Only so many of the likeliest codes may come; 0: all.</param>
/// <param name="TopP">
/// Above 0, and then instead of <paramref name="TopK"/>: codes may come as long as those before them make no more than this probability. Holtzman et al., arXiv:1904.09751.
/// </param>
/// <param name="Guidance">0: as without the text; 1: as with it; above: away from the former.</param>
public sealed record SamplingSettings(double Temperature = 1, int TopK = 250, double TopP = 0, double Guidance = 3)
{
    internal bool IsGreedy => Temperature == 0 || (TopP == 0 && TopK == 1);

    internal void Check()
    {
        if (!(Temperature >= 0 && double.IsFinite(Temperature))) throw new ArgumentException($"The temperature {Temperature} is not one of 0 or above.");
        if (TopK < 0) throw new ArgumentException($"Of all codes, {TopK} cannot be kept.");
        if (!(TopP is >= 0 and <= 1)) throw new ArgumentException($"{TopP} is no probability.");
        if (!float.IsFinite((float)Guidance)) throw new ArgumentException($"The guidance {Guidance} is no number.");
    }
}
