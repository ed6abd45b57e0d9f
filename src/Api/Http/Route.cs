using System.Text.Json.Nodes;
using DgxMusic.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace DgxMusic.Api.Http;

/// <summary>One thing a caller can ask for: the list of these makes the server's routes and its OpenAPI document, so that they cannot differ.</summary>
/// <param name="Pattern">Below the root, with <c>{name}</c> for parts that vary.</param>
public sealed record Route(string Method, string Pattern, string Tag, string Summary, Func<HttpRequest, Task<IResult>> Handler)
{
    /// <summary>The address is a right by itself: no key is asked for, the handler checks its signature.</summary>
    public bool Signed { get; init; }

    public IReadOnlyList<RouteParameter> Query { get; init; } = [];

    /// <summary>JSON schema of the body; null without one.</summary>
    public JsonNode? Body { get; init; }

    /// <summary>JSON schema of a <c>multipart/form-data</c> body; null where none is taken.</summary>
    public JsonNode? Form { get; init; }

    /// <summary>What an <c>application/octet-stream</c> body holds; null where none is taken.</summary>
    public string? RawBody { get; init; }

    /// <summary>Answered to anybody, without asking who it is.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Reaches beyond what belongs to one caller.</summary>
    public bool ForAdmins { get; init; }

    /// <summary>What the caller's tier has to have; null: nothing.</summary>
    public string? Feature { get; init; }

    /// <summary>The kind of call it is counted as; null: as often as one likes.</summary>
    public string? RateLimit { get; init; }

    /// <summary>It begins something that costs: an <c>Idempotency-Key</c> is heeded, and the day's quota asked.</summary>
    public bool StartsWork { get; init; }

    /// <summary>Status to what it means; the type of its JSON where it has one.</summary>
    public required IReadOnlyList<RouteAnswer> Answers { get; init; }

    /// <summary>Runs the handler of a request whose query it knows.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.MalformedRequest"/>: the query has a name that is not listed, or one twice.</exception>
    public Task<IResult> AnswerAsync(HttpRequest request)
    {
        foreach ((string name, StringValues values) in request.Query)
        {
            string shown = name.Length <= 40 ? name : name[..40] + "…";
            if (values.Count > 1) throw new PipelineException(Problem.MalformedRequest, $"'{shown}' stands in the query {values.Count} times.");
            if (Query.Any(known => known.Name == name)) continue;
            string takes = Query.Count == 0 ? "none" : string.Join(", ", Query.Select(known => known.Name));
            throw new PipelineException(Problem.MalformedRequest, $"There is no query parameter '{shown}' at this address; it takes {takes}.");
        }

        return Handler(request);
    }
}

public sealed record RouteParameter(string Name, string Type, string Description, bool Required = false);

/// <param name="ContentType">Null for an answer without a body; beside a JSON type, another form of the same.</param>
public sealed record RouteAnswer(int Status, string Description, Type? Json = null, string? ContentType = null);
