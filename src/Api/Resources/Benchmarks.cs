using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

/// <summary>Measurements of this machine, as jobs: they wait their turn, so that nothing else plays meanwhile.</summary>
public sealed class Benchmarks(JobDesk desk, EngineRegistry engines)
{
    public async Task<IResult> CreateAsync(HttpRequest request)
    {
        EngineFacts engine = Find(request.Query["model"].ToString() is { Length: > 0 } model ? model : null).Facts;
        Job job = await desk.EnterAsync(
            Callers.TermsOf(request), asked => desk.Draft(JobKind.Benchmark, engine.Name, engine.Device, asked, (id, folder) => new BenchmarkInput(id, folder, engine.Name)), request.HttpContext.RequestAborted);
        AcceptedWork work = AcceptedWork.Of(job, "benchmark");
        request.HttpContext.Response.Headers.Location = work.StatusUrl;
        return Results.Json(work, ApiJson.Options, statusCode: StatusCodes.Status202Accepted);
    }

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: a model's speed is known from its jobs, and its first one would have to be made for it.</exception>
    IGenerationEngine Find(string? model)
    {
        IGenerationEngine engine = engines.Find(model);
        if (engine is not MusicGenEngine) return engine;
        if (model is null) return engines.FindPlayer(EngineRegistry.Composer);
        throw new PipelineException(Problem.InvalidRequest, $"{model} is not measured by a benchmark but by its jobs; benchmarks are of engines that play at once, such as {EngineRegistry.Composer}.");
    }
}
