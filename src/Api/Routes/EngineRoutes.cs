using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;

namespace DgxMusic.Api.Routes;

/// <summary>Engines and what they run on.</summary>
static class EngineRoutes
{
    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/api/v1/models", "engines", "Engines that a request may name, here or not.", request => Handlers.Of<EngineCards>(request).ListAsync(request))
        {
            Answers = [new(200, "All of them, the best first by kind.", typeof(ModelCards))],
        },
        new("GET", "/api/v1/separations/models", "engines", "The engines that take music apart.", request => Handlers.Of<EngineCards>(request).ListSeparatorsAsync(request))
        {
            Answers = [new(200, "The best first, those that were registered here last.", typeof(ModelCards))],
        },
        new("PUT", "/api/v1/models/{name}", "engines", "Registers weights of Hybrid Transformer Demucs under a name; the body is the file itself (.th or safetensors).", request => Handlers.Of<CustomModelCards>(request).PutAsync(request, Handlers.Part(request, "name")))
        {
            ForAdmins = true,
            Answers = [new(201, "Checked, and from now on a model that separations may name.", typeof(CustomModelCard)), new(200, "The same weights were registered under this name before.", typeof(CustomModelCard))],
        },
        new("DELETE", "/api/v1/models/{name}", "engines", "Forgets weights that were registered here; not while a job uses them.", request => Handlers.Of<CustomModelCards>(request).DeleteAsync(request, Handlers.Part(request, "name")))
        {
            ForAdmins = true, Answers = [new(200, "What it was.", typeof(CustomModelCard))],
        },
        new("GET", "/api/v1/gpu/capacity", "engines", "What could run on a GPU now; always 200.", request => Handlers.Of<Gpu>(request).ReadAsync(request))
        {
            Answers = [new(200, "GPUs, and what runs and waits.", typeof(GpuCapacity))],
        },
        new("POST", "/api/v1/gpu/sessions", "engines", "Announced, and not there yet.", request => Handlers.Of<Gpu>(request).OpenSessionAsync(request))
        {
            Answers = [new(501, "Not there yet.", typeof(ErrorBody))],
        },
    ];
}
