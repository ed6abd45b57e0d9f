using System.Text.Json;
using System.Text.Json.Nodes;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Api.Resources;

/// <summary>The body of a batch: <c>{"requests": [...]}</c>, each as a generation's own.</summary>
static class GenerationBatch
{
    public const int MostBytes = JobBatches.MostRequests * RequestBody.MostBytes;

    public static JsonNode Schema { get; } = new JsonObject
    {
        ["type"] = "object",
        ["required"] = new JsonArray("requests"),
        ["additionalProperties"] = false,
        ["properties"] = new JsonObject
        {
            ["requests"] = new JsonObject
            {
                ["type"] = "array",
                ["description"] = "What to play, in this order; all of it is accepted or none.",
                ["minItems"] = 1,
                ["maxItems"] = JobBatches.MostRequests,
                ["items"] = GenerationSchema.Node.DeepClone(),
            },
        },
    };

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: not 1 to 10 requests and nothing else.</exception>
    public static JsonElement[] Read(JsonElement body)
    {
        var faults = new Dictionary<string, string>();
        foreach (JsonProperty field in body.EnumerateObject().Where(field => field.Name != "requests"))
        {
            string name = field.Name.Length <= 40 ? field.Name : field.Name[..40] + "…";
            faults[name] = $"There is no field '{name}'.";
        }

        JsonElement[] requests = body.TryGetProperty("requests", out JsonElement listed) && listed.ValueKind == JsonValueKind.Array ? [.. listed.EnumerateArray()] : [];
        if (requests.Length is 0 or > JobBatches.MostRequests)
            faults["requests"] = $"'requests' is an array of 1 to {JobBatches.MostRequests} requests{(requests.Length == 0 ? "" : $"; these are {requests.Length}")}.";
        return faults.Count == 0 ? requests : throw new PipelineException(Problem.InvalidRequest, string.Join(" ", faults.Values), faults);
    }

    public static JsonElement Checked(JsonElement request) => request.ValueKind == JsonValueKind.Object
        ? request
        : throw new PipelineException(Problem.InvalidRequest, "A request is an object with a prompt.");
}
