using DgxMusic.Api.Http;
using DgxMusic.Pipeline.Engines;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

public sealed record ModelCards(IReadOnlyList<EngineCard> Models);

/// <summary>The engines a request may name.</summary>
public sealed class EngineCards(EngineList engines)
{
    public Task<IResult> ListAsync(HttpRequest request) => Answer(engines.Read());

    public Task<IResult> ListSeparatorsAsync(HttpRequest request) => Answer([.. engines.Read().Where(card => card.Kind == EngineKind.Separator)]);

    static Task<IResult> Answer(IReadOnlyList<EngineCard> cards) => Task.FromResult(Results.Json(new ModelCards(cards), ApiJson.Options));
}
