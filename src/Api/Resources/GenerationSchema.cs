using System.Text.Json.Nodes;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using static DgxMusic.Api.Resources.ExportFields;

namespace DgxMusic.Api.Resources;

/// <summary>The JSON schema of a generation request: what <see cref="GenerationBody"/> reads.</summary>
static class GenerationSchema
{
    public static JsonNode Node { get; } = Write();

    static JsonObject Write()
    {
        JsonObject schema = Fields();
        foreach ((string name, JsonNode? field) in TermsBody.Schema()) schema["properties"]![name] = field;
        foreach ((string name, JsonNode? field) in ExportFields.Schema()) schema["properties"]![name] = field;
        return schema;
    }

    static JsonObject Fields() => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("prompt"),
        ["additionalProperties"] = false,
        ["properties"] = new JsonObject
        {
            ["prompt"] = Field("string", "What to play; any language.", ("minLength", GenerationRequest.ShortestPrompt), ("maxLength", GenerationRequest.LongestPrompt)),
            ["duration"] = Field("number", "Seconds.", ("minimum", GenerationRules.ShortestSeconds), ("maximum", GenerationRules.LongestSeconds), ("default", 16.0)),
            ["model"] = Field("string", "Engine; the best installed unless given.", ("enum", Names(EngineRegistry.KnownGenerators))),
            ["seed"] = Field(["integer", "string"], "0 to 2^64 − 1, also as a string of digits; drawn and reported unless given."),
            ["stems"] = Field("boolean", "Keep each instrument group as a file of its own.", ("default", false)),
            ["bpm"] = Field("number", "Tempo; wins over the prompt.", ("minimum", GenerationRules.SlowestBpm), ("maximum", GenerationRules.FastestBpm)),
            ["key"] = Field("string", "Tonic and mode, such as 'F# minor'; wins over the prompt."),
            ["temperature"] = Field("number", "For engines that sample.", ("minimum", 0.1), ("maximum", 2), ("default", 1.0)),
            ["top_k"] = Field("integer", "For engines that sample; 0 is off.", ("minimum", 0), ("maximum", 500), ("default", 250)),
            ["top_p"] = Field("number", "For engines that sample; 0 is off.", ("minimum", 0), ("maximum", 1), ("default", 0.0)),
            ["continue_from"] = Field("string", "Music to go on from, for engines that continue: an upload's id or a file's path in the store. What is made begins where it ends."),
            ["context_seconds"] = Field("number", "How much of its end is heard.", ("minimum", GenerationRules.ShortestContext), ("maximum", GenerationRules.LongestContext), ("default", 10.0)),
            ["cfg_coef"] = Field("number", "Guidance, for engines that sample.", ("minimum", 1), ("maximum", 10), ("default", 3.0)),
        },
    };
}
