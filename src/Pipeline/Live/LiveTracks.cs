using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Pipeline.Live;

/// <summary>What a session gives, of what its model gives.</summary>
static class LiveTracks
{
    /// <param name="sources">Of the model.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: a name that is none.</exception>
    public static IReadOnlyList<string> NamesOf(IReadOnlyList<string> wanted, IReadOnlyList<string> sources, string model)
    {
        string[] known = [.. sources, .. sources.Contains(SeparationRequest.Vocals) && sources.Count > 1 ? [SeparationRequest.Instrumental] : Array.Empty<string>()];
        string? fault = wanted.Count == 0 ? "No stem was asked for."
            : wanted.FirstOrDefault(name => name != SeparationRequest.All && !known.Contains(name)) is { } unknown
                ? $"'{(unknown.Length <= 40 ? unknown : unknown[..40] + "…")}' is not one of {SeparationRequest.All}, {string.Join(", ", known)}, which are what {model} gives." : null;
        if (fault is not null) throw new PipelineException(Problem.InvalidRequest, fault, new Dictionary<string, string> { ["stems"] = fault });
        return [.. wanted.SelectMany(name => name == SeparationRequest.All ? sources : [name]).Distinct()];
    }

    /// <summary>The tracks one after the other, each with the session's channels side by side. A session of one channel gets the mean of both; sums are made in double and rounded once.</summary>
    /// <param name="stems">In the order of the model's sources, stereo.</param>
    public static float[] Mix(LiveFacts facts, AudioBuffer[] stems)
    {
        int frames = stems[0].Frames, channels = facts.Channels;
        float[] mixed = new float[facts.Tracks.Count * frames * channels];
        for (int track = 0; track < facts.Tracks.Count; track++)
        {
            AudioBuffer[] parts = [.. stems.Where((_, source) => IsPart(facts.Sources[source], facts.Tracks[track]))];
            Span<float> samples = mixed.AsSpan(track * frames * channels, frames * channels);
            for (int n = 0; n < samples.Length; n++)
            {
                double sum = 0;
                foreach (AudioBuffer part in parts) sum += channels == 2 ? part[n % 2][n / 2] : (part[0][n] + (double)part[1][n]) / 2;
                samples[n] = (float)sum;
            }
        }

        return mixed;
    }

    static bool IsPart(string source, string track) => source == track || (track == SeparationRequest.Instrumental && source != SeparationRequest.Vocals);
}
