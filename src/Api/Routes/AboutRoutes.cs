using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Activities;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Routes;

/// <summary>Where to begin.</summary>
static class AboutRoutes
{
    // Lazy, because it is written from the list that this one is a part of.
    static readonly Lazy<string> document = new(() => OpenApiDocument.Write(ApiRoutes.All).ToJsonString(new JsonSerializerOptions(ApiJson.Options) { WriteIndented = true }));

    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/", "about", "Name, version and where to go on.", _ => Task.FromResult(Root()))
        {
            IsOpen = true, Answers = [new(200, "Where to go on.", ContentType: "application/json")],
        },
        new("GET", "/api/v1/openapi.json", "about", "This document.", _ => Task.FromResult(Results.Text(document.Value, "application/json")))
        {
            IsOpen = true, Answers = [new(200, "OpenAPI 3.1.", ContentType: "application/json")],
        },
    ];

    static IResult Root() => Results.Json(
        new
        {
            name = "DgxMusic",
            version = ProductVersion.Text,
            links = new { openapi = $"{Links.Root}/openapi.json", health = $"{Links.Root}/health", generate = $"{Links.Root}/generate", jobs = $"{Links.Root}/jobs" },
        },
        ApiJson.Options);
}
