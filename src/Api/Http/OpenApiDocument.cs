using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.RegularExpressions;
using DgxMusic.Pipeline.Activities;

namespace DgxMusic.Api.Http;

/// <summary>The OpenAPI 3.1 document of a list of routes.</summary>
public static partial class OpenApiDocument
{
    public static JsonObject Write(IReadOnlyList<Route> routes)
    {
        var paths = new JsonObject();
        foreach (IGrouping<string, Route> path in routes.GroupBy(route => route.Pattern))
        {
            var operations = new JsonObject();
            foreach (Route route in path) operations[route.Method.ToLowerInvariant()] = Describe(route);
            paths[path.Key] = operations;
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "DgxMusic",
                ["version"] = ProductVersion.Text,
                ["description"] = "Music from prompts: generation jobs, their events and their files.",
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = new JsonObject { ["Error"] = SchemaOf(typeof(ErrorBody)) } },
        };
    }

    /// <summary>The JSON schema of a type as our serializer writes it.</summary>
    public static JsonNode SchemaOf(Type type) => ApiJson.Options.GetJsonSchemaAsNode(type, new() { TreatNullObliviousAsNonNullable = true });

    static JsonObject Describe(Route route)
    {
        var parameters = new JsonArray();
        foreach (Match part in PathPart().Matches(route.Pattern)) parameters.Add(Parameter(part.Groups[1].Value, "path", "string", "", required: true));
        foreach (RouteParameter query in route.Query) parameters.Add(Parameter(query.Name, "query", query.Type, query.Description, query.Required));
        var answers = new JsonObject();
        foreach (RouteAnswer answer in route.Answers) answers[answer.Status.ToString(CultureInfo.InvariantCulture)] = Describe(answer);
        answers["default"] = Content("What is wrong, in one form for all errors.", "application/json", new JsonObject { ["$ref"] = "#/components/schemas/Error" });
        var operation = new JsonObject
        {
            ["operationId"] = OperationId(route),
            ["tags"] = new JsonArray(route.Tag),
            ["summary"] = route.Summary,
            ["parameters"] = parameters,
            ["responses"] = answers,
        };
        var bodies = new JsonObject();
        if (route.Form is { } form) bodies["multipart/form-data"] = new JsonObject { ["schema"] = form.DeepClone() };
        if (route.Body is { } body) bodies["application/json"] = new JsonObject { ["schema"] = body.DeepClone() };
        if (route.RawBody is { } raw) bodies["application/octet-stream"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string", ["format"] = "binary", ["description"] = raw } };
        if (bodies.Count > 0) operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = bodies };

        return operation;
    }

    static JsonObject Describe(RouteAnswer answer) => answer switch
    {
        { Json: { } type, ContentType: { } other } => Content((answer.Description, "application/json", SchemaOf(type)), other),
        { Json: { } type } => Content(answer.Description, "application/json", SchemaOf(type)),
        { ContentType: { } content } => Content(answer.Description, content, new JsonObject { ["type"] = "string" }),
        _ => new JsonObject { ["description"] = answer.Description },
    };

    static JsonObject Content(string description, string type, JsonNode schema) => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject { [type] = new JsonObject { ["schema"] = schema } },
    };

    static JsonObject Content((string Description, string Type, JsonNode Schema) first, string other)
    {
        JsonObject content = Content(first.Description, first.Type, first.Schema);
        content["content"]![other] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } };
        return content;
    }

    static JsonObject Parameter(string name, string place, string type, string description, bool required) => new()
    {
        ["name"] = name,
        ["in"] = place,
        ["required"] = required,
        ["description"] = description,
        ["schema"] = new JsonObject { ["type"] = type },
    };

    static string OperationId(Route route) =>
        route.Method.ToLowerInvariant() + string.Concat(Word().Matches(route.Pattern).Select(word => char.ToUpperInvariant(word.Value[0]) + word.Value[1..]));

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathPart();

    [GeneratedRegex(@"[A-Za-z0-9]+")]
    private static partial Regex Word();
}
