using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Identity;

namespace DgxMusic.Api.Routes;

/// <summary>Tracks taken apart.</summary>
static class SeparationRoutes
{
    public static IReadOnlyList<Route> All { get; } =
    [
        new("POST", "/api/v1/separations", "separation", "Takes a track apart: a posted file, or one of the store.", request => Handlers.Of<Separations>(request).CreateAsync(request))
        {
            StartsWork = true, RateLimit = "separate", Feature = Features.StemSeparation,
            Form = SeparationBody.Form,
            Body = SeparationBody.Stored,
            Answers = [new(202, "Accepted: the job survives restarts from here on.", typeof(SeparationAcceptance))],
        },
        new("POST", "/api/v1/separations/batch", "separation", "Takes up to 50 tracks apart, each by a job of its own under one: posted files, or a list of files of the store.", request => Handlers.Of<BatchedSeparations>(request).CreateAsync(request))
        {
            StartsWork = true, RateLimit = "separate-batch", Feature = Features.StemSeparation,
            Form = SeparationBatchBody.Form,
            Body = SeparationBatchBody.Stored,
            Answers = [new(202, "Accepted, what can be; the jobs survive restarts from here on.", typeof(SeparationBatchResource))],
        },
        new("GET", "/api/v1/separations/batch/{id}", "separation", "A batch: each of its tracks as it stands.", request => Handlers.Of<BatchedSeparations>(request).ReadAsync(request, Handlers.Part(request, "id")))
        {
            Answers = [new(200, "The batch.", typeof(SeparationBatchResource))],
        },
    ];
}
