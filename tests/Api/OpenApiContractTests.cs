using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DgxMusic.Api.Http;

namespace DgxMusic.Api.Tests;

/// <summary>Holds the OpenAPI document against the handlers it describes, both ways.</summary>
public sealed partial class OpenApiContractTests : IAsyncLifetime
{
    /// <summary>Statuses that an error may have.</summary>
    static readonly HashSet<int> errors = [400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 416, 422, 429, 500, 501, 503];

    static readonly JsonNode document = JsonNode.Parse(OpenApiDocument.Write(ApiRoutes.All).ToJsonString())!;

    JobsHost host = null!;

    public static TheoryData<string> Routes => [.. ApiRoutes.All.Select(route => $"{route.Method} {route.Pattern}")];

    public async Task InitializeAsync() => host = await JobsHost.StartAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public void References_InTheDocument_LeadSomewhere() =>
        Assert.All(ReferencesIn(document), reference => Assert.True(SchemaCheck.Resolve(reference, document) is not null, reference));

    [Theory]
    [MemberData(nameof(Routes))]
    public void Answers_OfEveryRoute_AreDescribed(string name)
    {
        Route route = RouteOf(name);
        Assert.Contains(route.Answers, answer => answer.Status is (>= 200 and < 300) or 501);
        foreach (RouteAnswer answer in route.Answers.Where(answer => answer.ContentType is null && answer.Status is >= 200 and < 300 and not 204))
            Assert.True(answer.Json is not null, $"{name} answers {answer.Status} with a body that is not described.");
        // A schema that takes anything describes nothing.
        foreach (RouteAnswer answer in route.Answers.Where(answer => answer.Json is not null))
            Assert.True(SchemaOf(route, answer.Status)!["type"] is not null, $"{name} {answer.Status}: {SchemaOf(route, answer.Status)!.ToJsonString()}");
    }

    /// <summary>Asked for nothing in particular or for what is not there, every route answers as it says, or refuses in the one form for errors.</summary>
    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Handler_AskedBare_AnswersAsDocumented(string name)
    {
        Route route = RouteOf(name);
        await AskAsync(route, Filled(route.Pattern), route.Body is null ? null : "{}");
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Handler_AskedWithAnUnknownParameter_Refuses(string name)
    {
        Route route = RouteOf(name);
        (int status, JsonElement body) = await AskAsync(route, Filled(route.Pattern) + "?colour=blue", null);
        Assert.Equal(400, status);
        Assert.Contains("colour", body.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Handler_AskedWithABrokenBody_Refuses(string name)
    {
        Route route = RouteOf(name);
        if (route.Body is null) return;
        (int status, _) = await AskAsync(route, Filled(route.Pattern), "{\"prompt\": ");
        Assert.Equal(400, status);
    }

    [Theory]
    [InlineData("GET /api/v1/jobs", "")]
    [InlineData("GET /api/v1/jobs", "?status=completed&limit=1&include_dismissed=true")]
    [InlineData("GET /api/v1/jobs/dismissed", "")]
    [InlineData("GET /api/v1/jobs/status", "")]
    [InlineData("GET /api/v1/jobs/{id}", "")]
    [InlineData("POST /api/v1/jobs/{id}/dismiss", "")]
    [InlineData("POST /api/v1/jobs/{id}/reproduce", "?keep=true")]
    [InlineData("DELETE /api/v1/generations/{id}", "")]
    [InlineData("GET /api/v1/history", "?page=1&page_size=1&model=composer")]
    [InlineData("GET /api/v1/queue/stats", "")]
    [InlineData("GET /api/v1/prompts", "?limit=3")]
    [InlineData("GET /api/v1/consistency", "")]
    [InlineData("POST /api/v1/consistency/repair", "?dry_run=false")]
    [InlineData("GET /api/v1/storage/files", "?container=outputs")]
    [InlineData("GET /api/v1/storage/stats", "")]
    [InlineData("GET /api/v1/audio/info", "")]
    [InlineData("GET /api/v1/health", "")]
    [InlineData("GET /", "")]
    public async Task Handler_AskedForWhatIsThere_AnswersAsDocumented(string name, string query)
    {
        string id = await host.GenerateAsync();
        await host.GenerateAsync();
        Route route = RouteOf(name);

        (int status, JsonElement body) = await AskAsync(route, route.Pattern.Replace("{id}", id, StringComparison.Ordinal) + query, null);

        Assert.True(status is >= 200 and < 300, $"{status}: {body}");
    }

    [Theory]
    [InlineData("/api/v1/generate", """{"prompt": "two calm tones"}""")]
    [InlineData("/api/v1/generate/batch", """{"requests": [{"prompt": "one calm tone"}, {"prompt": "two calm tones", "duration": 3}]}""")]
    public async Task Post_OfWork_IsAcceptedAsDocumented(string pattern, string body) =>
        Assert.Equal(202, (await AskAsync(RouteOf($"POST {pattern}"), pattern, body)).Status);

    [Theory]
    [InlineData("pending")]
    [InlineData("completed")]
    [InlineData("cancelled")]
    [Trait("Requirement", "A-46")]
    public async Task Job_OfEveryState_HasEveryDocumentedField(string state)
    {
        await host.GenerateAsync(run: false);
        string id = await host.GenerateAsync(run: state == "completed");
        if (state == "cancelled") await host.SendAsync("POST", $"/api/v1/jobs/{id}/cancel");

        (_, JsonElement job) = await AskAsync(RouteOf("GET /api/v1/jobs/{id}"), $"/api/v1/jobs/{id}", null);

        Assert.Equal(state, job.GetProperty("status").GetString());
        Assert.Equal(state == "completed", job.GetProperty("file_url").ValueKind == JsonValueKind.String);
        foreach (string field in (string[])["dismissed", "priority", "parent_id", "expected_completion", "generation_time_seconds", "device_used", "metadata", "warnings"])
            Assert.True(job.TryGetProperty(field, out _), field);
    }

    async Task<(int Status, JsonElement Body)> AskAsync(Route route, string address, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), address);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        else if (route is { Form: not null, Body: null }) request.Content = new MultipartFormDataContent { { new StringContent("1"), "nothing" } };
        using HttpResponseMessage answer = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        int status = (int)answer.StatusCode;
        MediaTypeHeaderValue? type = answer.Content.Headers.ContentType;
        string asked = $"{route.Method} {address}: {status}";
        if (status >= 300)
        {
            Assert.True(errors.Contains(status) && status != 500, asked);
            Assert.Equal("application/json", type?.MediaType);
            return (status, await MatchAsync(answer, document["components"]!["schemas"]!["Error"]!, asked));
        }

        RouteAnswer? documented = route.Answers.SingleOrDefault(known => known.Status == status);
        Assert.True(documented is not null, $"{asked} is not documented.");
        // A stream is read by tests of its own.
        if (documented.ContentType is { } other && type?.MediaType == other) return (status, default);
        Assert.True(documented.Json is not null, $"{asked} has a body of type {type}.");

        Assert.Equal("application/json", type?.MediaType);
        return (status, await MatchAsync(answer, SchemaOf(route, status)!, asked));
    }

    static async Task<JsonElement> MatchAsync(HttpResponseMessage answer, JsonNode schema, string asked)
    {
        JsonElement body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Clone();
        IReadOnlyList<string> faults = SchemaCheck.Faults(body, schema, document);
        Assert.True(faults.Count == 0, $"{asked}\n{string.Join('\n', faults)}\n{body}");
        return body;
    }

    internal static void AssertDocumented(string name, int status, JsonElement body)
    {
        IReadOnlyList<string> faults = SchemaCheck.Faults(body, SchemaOf(RouteOf(name), status)!, document);
        Assert.True(faults.Count == 0, $"{name}\n{string.Join('\n', faults)}\n{body}");
    }

    static Route RouteOf(string name) => ApiRoutes.All.Single(route => $"{route.Method} {route.Pattern}" == name);

    static JsonNode? SchemaOf(Route route, int status) =>
        document["paths"]![route.Pattern]![route.Method.ToLowerInvariant()]!["responses"]![status.ToString(System.Globalization.CultureInfo.InvariantCulture)]!["content"]?["application/json"]?["schema"];

    /// <summary>A pattern with something in its gaps that nobody has.</summary>
    static string Filled(string pattern) => Gap().Replace(pattern, gap => gap.Value == "{id}" ? "gen_00000000" : "nothing");

    static IEnumerable<string> ReferencesIn(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(field => field is { Key: "$ref", Value: { } reference } ? [reference.GetValue<string>()] : ReferencesIn(field.Value)),
        JsonArray items => items.SelectMany(ReferencesIn),
        _ => [],
    };

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Gap();
}

/// <summary>The judge itself.</summary>
public sealed class SchemaCheckTests
{
    [Theory]
    [InlineData("""{"a": 1, "b": null}""", 0)]
    [InlineData("""{"a": 1.5, "b": "x"}""", 1)]
    [InlineData("""{"a": 1}""", 1)]
    [InlineData("""{"a": 1, "b": null, "c": 2}""", 1)]
    [InlineData("""{"a": "1", "b": 3}""", 2)]
    [InlineData("""[]""", 1)]
    public void Faults_OfAValue_AreAsMany(string value, int faults)
    {
        JsonNode schema = JsonNode.Parse("""{"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": ["string", "null"]}}, "required": ["a"]}""")!;
        Assert.Equal(faults, SchemaCheck.Faults(JsonDocument.Parse(value).RootElement, schema, schema).Count);
    }

    [Fact]
    public void Faults_BehindReferencesArraysAndMaps_AreFound()
    {
        JsonNode document = JsonNode.Parse(
            """{"x": {"enum": ["on", "off"]}, "list": {"type": "array", "items": {"$ref": "#/x"}}, "map": {"type": "object", "additionalProperties": {"$ref": "#/x"}}, "lost": {"$ref": "#/y"}}""")!;
        Assert.Empty(SchemaCheck.Faults(JsonDocument.Parse("""["on", "off"]""").RootElement, document["list"]!, document));
        Assert.Single(SchemaCheck.Faults(JsonDocument.Parse("""["on", "up"]""").RootElement, document["list"]!, document));
        Assert.Single(SchemaCheck.Faults(JsonDocument.Parse("""{"k": "up"}""").RootElement, document["map"]!, document));
        Assert.Single(SchemaCheck.Faults(JsonDocument.Parse("1").RootElement, document["lost"]!, document));
    }
}
