using System.Globalization;
using DgxMusic.Contracts;

namespace DgxMusic.Pipeline.Separations;

/// <summary>Which tracks a separation makes.</summary>
static class SeparationTracks
{
    /// <summary>Names that a request may have for a model of these sources.</summary>
    public static IReadOnlyList<string> KnownOf(IReadOnlyList<string> sources) =>
        [SeparationRequest.All, .. sources, .. HasInstrumental(sources) ? [SeparationRequest.Instrumental] : Array.Empty<string>()];

    /// <summary>The tracks to write, in order, each once: every source where the model has none of those asked for.</summary>
    public static IReadOnlyList<string> Of(SeparationRequest request, IReadOnlyList<string> sources)
    {
        IEnumerable<string> asked = request.Stems.SelectMany(stem => stem == SeparationRequest.All ? sources : [stem]).Distinct();
        string[] made = [.. asked.Where(KnownOf(sources).Contains)];
        return [.. made.Length > 0 ? made : sources, .. request.WithResidual ? [SeparationRequest.Residual] : Array.Empty<string>()];
    }

    public static IEnumerable<string> WarningsOf(IReadOnlyList<string> sources, double gain)
    {
        if (!sources.Contains(SeparationRequest.Vocals)) yield return $"This model has no vocals; its stems are {string.Join(", ", sources)}.";
        if (gain != 1) yield return string.Create(CultureInfo.InvariantCulture, $"All tracks were scaled by {gain:F3} so that none clips.");
    }

    static bool HasInstrumental(IReadOnlyList<string> sources) => sources.Contains(SeparationRequest.Vocals) && sources.Count > 1 && !sources.Contains(SeparationRequest.Instrumental);
}
