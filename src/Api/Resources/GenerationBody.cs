using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Api.Resources;

/// <summary>The body of a generation request: flat, snake case.</summary>
public static class GenerationBody
{
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/> with one detail a field, unknown ones too; <see cref="Problem.UnsupportedBitDepth"/>.</exception>
    /// <param name="defaults">How a track is mastered where the body does not say.</param>
    public static GenerationRequest Parse(JsonElement body, ExportOptions? defaults = null)
    {
        var fields = new JsonFields(body);
        string? prompt = fields.Text("prompt");
        var usual = new GenerationRequest { Prompt = prompt ?? "" };
        GenerationRequest request = usual with
        {
            Duration = fields.Number("duration") ?? usual.Duration,
            Model = fields.Text("model"),
            Seed = fields.Unsigned("seed"),
            Stems = fields.Flag("stems") ?? usual.Stems,
            Bpm = fields.Number("bpm"),
            Key = fields.Text("key"),
            Temperature = fields.Number("temperature") ?? usual.Temperature,
            TopK = fields.Whole("top_k") ?? usual.TopK,
            TopP = fields.Number("top_p") ?? usual.TopP,
            CfgCoef = fields.Number("cfg_coef") ?? usual.CfgCoef,
            ContinueFrom = fields.Text("continue_from"),
            ContextSeconds = fields.Number("context_seconds") ?? usual.ContextSeconds,
            Export = ExportFields.Read(fields, defaults ?? new()),
        };
        fields.RefuseUnknown();
        if (prompt is null) fields.Faults.TryAdd("prompt", "'prompt' is missing.");
        foreach ((string field, string fault) in GenerationRules.FaultsOf(request)) fields.Faults.TryAdd(field, fault);
        return fields.Faults.Count == 0
            ? request
            : throw new PipelineException(Problem.InvalidRequest, string.Join(" ", fields.Faults.Values), fields.Faults);
    }

    /// <summary>The body that <see cref="Parse"/> reads this request from: what the command line sends to a running server.</summary>
    public static Dictionary<string, object?> Write(GenerationRequest request) => new()
    {
        ["prompt"] = request.Prompt, ["duration"] = request.Duration, ["model"] = request.Model, ["seed"] = request.Seed, ["stems"] = request.Stems,
        ["bpm"] = request.Bpm, ["key"] = request.Key, ["temperature"] = request.Temperature, ["top_k"] = request.TopK, ["top_p"] = request.TopP,
        ["cfg_coef"] = request.CfgCoef, ["continue_from"] = request.ContinueFrom, ["context_seconds"] = request.ContextSeconds, ["normalize"] = request.Export.Normalize, ["target_lufs"] = request.Export.TargetLufs,
        ["mode"] = LoudnessModes.NameOf(request.Export.Mode), ["bit_depth"] = BitDepths.NameOf(request.Export.BitDepth),
        ["resampling"] = ResamplingQualities.NameOf(request.Export.Resampling),
        ["sample_rate"] = request.Export.SampleRateHz,
    };
}
