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
            Body = GenerationSchema.Node,
            Answers = [new(202, "Accepted: the job survives restarts from here on.", typeof(Acceptance))],
        },
    ];
}
