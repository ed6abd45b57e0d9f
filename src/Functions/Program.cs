using DgxMusic.Functions.Hosting;
using DgxMusic.Functions.Http;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

try
{
    FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
    builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = FunctionsServices.Defaults });
    // Why a start failed is told once, as one sentence, below.
    builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
    builder.ConfigureFunctionsWebApplication();
    builder.UseWhen<ProblemMiddleware>(ProblemMiddleware.Serves);
    builder.Services.AddFunctionsHost(builder.Configuration);
    await builder.Build().RunAsync();
    return 0;
}
catch (OptionsValidationException invalid)
{
    await Console.Error.WriteLineAsync($"A setting is wrong. {string.Join(" ", invalid.Failures)}");
    return 1;
}
catch (AggregateException several) when (several.InnerExceptions.All(one => one is OptionsValidationException))
{
    await Console.Error.WriteLineAsync($"Settings are wrong. {string.Join(" ", several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(one => one.Failures))}");
    return 1;
}
