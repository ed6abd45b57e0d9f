using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Api.Resources;

/// <summary>What one file and several files are exported by.</summary>
sealed record ExportTerms(ExportOptions Options, bool Overwrite)
{
    public static ExportTerms Read(JsonFields fields, ExportOptions defaults) =>
        new(ExportFields.Read(fields, defaults), fields.Flag("overwrite") ?? false);

    /// <exception cref="PipelineException">A field is wrong, or no file came.</exception>
    public void Check(JsonFields fields, int files)
    {
        fields.RefuseUnknown();
        GenerationRules.AddExportFaults(fields.Faults, Options);
        if (files == 0) fields.Faults["file"] = "'file' is missing.";
        if (fields.Faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, string.Join(" ", fields.Faults.Values), fields.Faults);
    }
}
