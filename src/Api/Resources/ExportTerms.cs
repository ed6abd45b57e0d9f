using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Api.Resources;

/// <summary>What one file and several files are exported by.</summary>
sealed record ExportTerms(ExportOptions Options, bool KeepsTags, bool Overwrite)
{
    public static IReadOnlyList<string> TagChoices { get; } = ["keep", "none"];

    public static ExportTerms Read(JsonFields fields, ExportOptions defaults)
    {
        string format = fields.Text("format") ?? FileFormats.NameOf(defaults.Format), tags = fields.Text("tags") ?? TagChoices[0];
        if (!FileFormats.ByName.TryGetValue(format, out FileFormat parsed)) fields.Faults["format"] = $"'format' is not one of {string.Join(", ", FileFormats.ByName.Keys)}.";
        if (!TagChoices.Contains(tags)) fields.Faults["tags"] = $"'tags' is not one of {string.Join(", ", TagChoices)}.";
        return new(ExportFields.Read(fields, defaults) with { Format = parsed }, tags == TagChoices[0], fields.Flag("overwrite") ?? false);
    }

    /// <exception cref="PipelineException">A field is wrong, or no file came; <see cref="Problem.Forbidden"/>: to replace a file by its name, whose nobody can tell.</exception>
    public void Check(JsonFields fields, int files, Caller caller)
    {
        fields.RefuseUnknown();
        GenerationRules.AddExportFaults(fields.Faults, Options);
        if (files == 0) fields.Faults["file"] = "'file' is missing.";
        if (fields.Faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, string.Join(" ", fields.Faults.Values), fields.Faults);
    }
}
