using DgxMusic.Api.Http;
using DgxMusic.Api.Routes;

namespace DgxMusic.Api;

/// <summary>Every route there is: what the server maps and what its OpenAPI document describes.</summary>
public static class ApiRoutes
{
    public static IReadOnlyList<Route> All { get; } =
    [
        .. AboutRoutes.All, .. GenerationRoutes.All, .. JobRoutes.All, .. FileRoutes.All, .. AudioRoutes.All, .. StorageRoutes.All, .. HealthRoutes.All, .. UploadRoutes.All, .. EngineRoutes.All,
        .. LiveSessionRoutes.All,
        .. KeyRoutes.All, .. ConsistencyRoutes.All,
        .. WebhookRoutes.All,
        .. SeparationRoutes.All,
        .. SongRoutes.All,
    ];
}
