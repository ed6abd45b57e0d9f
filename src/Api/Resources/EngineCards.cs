using DgxMusic.Api.Http;
using DgxMusic.Pipeline.Engines;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

public sealed record ModelCards(IReadOnlyList<EngineCard> Models);

/// <summary>The engines a request may name.</summary>
public sealed class EngineCards(EngineList engines)
{
    public Task<IResult> ListAsync(HttpRequest request) => Task.FromResult(Results.Json(new ModelCards(engines.Read()), ApiJson.Options));
}
