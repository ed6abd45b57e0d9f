using DgxMusic.Api.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace DgxMusic.Functions.Http;

/// <summary>Says in our words what goes wrong around a handler; without it the worker would answer 200 and nothing.</summary>
sealed class ProblemMiddleware : IFunctionsWorkerMiddleware
{
    /// <summary>The triggers it is for: before an orchestration nothing may be awaited.</summary>
    public static bool Serves(FunctionContext context) => context.FunctionDefinition.InputBindings.Values.Any(binding => binding.Type == "httpTrigger");

    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next) => context.GetHttpContext() is not { } http ? next(context) : new Guarded(async () =>
    {
        await next(context);
        return Results.Empty;
    }).ExecuteAsync(http);
}
