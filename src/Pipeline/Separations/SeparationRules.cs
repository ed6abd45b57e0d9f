using DgxMusic.Audio.Stems;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Restoration;

namespace DgxMusic.Pipeline.Separations;

/// <summary>What a separation's request has to keep to, whoever asks.</summary>
public static class SeparationRules
{
    const int LongestTag = 500, LongestNotes = 4000, MostStems = 20;

    /// <param name="stems">Of the model that was chosen.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/> with one sentence a field.</exception>
    public static void Check(SeparationRequest request, string model, IReadOnlyList<string> stems)
    {
        Dictionary<string, string> faults = FaultsOf(request);
        AddStemFaults(request, model, stems, faults);
        if (faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, string.Join(" ", faults.Values), faults);
    }

    /// <summary>What is wrong whatever the model is, by field.</summary>
    public static Dictionary<string, string> FaultsOf(SeparationRequest request)
    {
        Dictionary<string, string> faults = FilesFaults(request);
        if (request.Shifts is < 0 or > SeparationRequest.MostShifts) faults["shifts"] = $"{request.Shifts} is not between 0 and {SeparationRequest.MostShifts}.";
        if (!(request.Overlap is >= 0 and <= SeparationRequest.MostOverlap)) faults["overlap"] = FormattableString.Invariant($"{request.Overlap} is not between 0 and {SeparationRequest.MostOverlap}.");
        if (request.Title?.Length > LongestTag) faults["title"] = $"'title' has more than {LongestTag} characters.";
        if (request.Artist?.Length > LongestTag) faults["artist"] = $"'artist' has more than {LongestTag} characters.";
        if (request.Notes?.Length > LongestNotes) faults["notes"] = $"'notes' has more than {LongestNotes} characters.";
        AddProcessFaults(request.PostProcess, faults);
        return faults;
    }

    static void AddProcessFaults(PostProcess? process, Dictionary<string, string> faults)
    {
        if (process is null) return;
        if (process.IsNothing) faults["post_process"] = "'post_process' names no step.";
        try
        {
            PostProcessRules.Check(process);
        }
        catch (PipelineException refusal)
        {
            foreach ((string field, string fault) in refusal.Details) faults[$"post_process.{field}"] = fault;
        }
    }

    static Dictionary<string, string> FilesFaults(SeparationRequest request)
    {
        try
        {
            new StemOrder(request.OutputFormat, request.BitDepth, request.Bitrate).Check();
            return [];
        }
        catch (PipelineException refusal)
        {
            return new(refusal.Details);
        }
    }

    static void AddStemFaults(SeparationRequest request, string model, IReadOnlyList<string> stems, Dictionary<string, string> faults)
    {
        IReadOnlyList<string> known = SeparationTracks.KnownOf(stems);
        string? unknown = request.Stems.FirstOrDefault(stem => !known.Contains(stem));

        // Asked by default, they are left out where the model has none.
        bool isDefault = request.Stems.SequenceEqual([SeparationRequest.Vocals, SeparationRequest.Instrumental]);
        if (request.References.Keys.FirstOrDefault(track => track == SeparationRequest.All || !known.Contains(track)) is { } stranger)
            faults["references"] = $"'{(stranger.Length <= 40 ? stranger : stranger[..40] + "…")}' is not a track of {model}: {string.Join(", ", known.Skip(1))}.";
        if (request.Stems.Count is 0 or > MostStems) faults["stems"] = $"'stems' has 1 to {MostStems} names.";
        else if (unknown is not null && !isDefault) faults["stems"] = $"'{(unknown.Length <= 40 ? unknown : unknown[..40] + "…")}' is not one of {string.Join(", ", known)}, which are what {model} gives.";
    }
}
