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
        new("GET", "/", "about", "Name, version and where to go on.", _ => Task.FromResult(Welcome()))
        {
            IsOpen = true, Answers = [new(200, "Where to go on.", typeof(Root))],
        },
        new("GET", "/api/v1/openapi.json", "about", "This document.", _ => Task.FromResult(Results.Text(document.Value, "application/json")))
        {
            IsOpen = true, Answers = [new(200, "OpenAPI 3.1.", typeof(System.Text.Json.Nodes.JsonObject))],
        },
    ];

    static IResult Welcome() => Results.Json(
        new Root("DgxMusic", ProductVersion.Text, new($"{Links.Root}/openapi.json", $"{Links.Root}/health", $"{Links.Root}/generate", $"{Links.Root}/jobs")), ApiJson.Options);

    sealed record Root(string Name, string Version, RootLinks Links);

    sealed record RootLinks(string Openapi, string Health, string Generate, string Jobs);
}
