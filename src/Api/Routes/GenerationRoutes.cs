using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;

namespace DgxMusic.Api.Routes;

/// <summary>Music from prompts.</summary>
static class GenerationRoutes
{
    public static IReadOnlyList<Route> All { get; } =
    [
        new("POST", "/api/v1/generate", "generation", "Turns a prompt into music.", request => Handlers.Of<Generations>(request).CreateAsync(request))
        {
            StartsWork = true, RateLimit = "generate",
            Body = GenerationSchema.Node,
            Answers = [new(202, "Accepted: the job survives restarts from here on.", typeof(Acceptance))],
        },
        new("POST", "/api/v1/generate/batch", "generation", "Turns up to ten prompts into music: all are accepted or none.", request => Handlers.Of<Generations>(request).CreateManyAsync(request))
        {
            StartsWork = true, RateLimit = "generate-batch",
            Body = GenerationBatch.Schema,
            Answers = [new(202, "Accepted: the jobs survive restarts from here on.", typeof(BatchAcceptance))],
        },
        new("DELETE", "/api/v1/generations/{id}", "generation", "Removes an ended generation: its record and its files.", request => Handlers.Of<Generations>(request).DeleteAsync(request, Handlers.Part(request, "id")))
        {
            Answers = [new(200, "It is gone.", typeof(Removal))],
        },
        new("GET", "/api/v1/prompts", "generation", "Your prompts, the most used first; the owner of the machine reads everybody's.", request => Handlers.Of<Prompts>(request).ListAsync(request))
        {
            Query = [new("limit", "integer", "At most so many, 0 to 1000; 10 unless given.")],
            Answers = [new(200, "The prompts.", typeof(PromptList))],
        },
    ];
}
