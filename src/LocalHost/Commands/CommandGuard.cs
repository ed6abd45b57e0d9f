using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using Microsoft.Extensions.Options;

namespace DgxMusic.LocalHost.Commands;

static class ExitCode
{
    public const int Done = 0, Failed = 1, Usage = 2, Interrupted = 130;
}

/// <summary>Turns problems into a sentence on standard error and an exit code; with <c>--json</c> into the error object too.</summary>
static class CommandGuard
{
    public static async Task<int> RunAsync(bool json, Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (PipelineException refusal)
        {
            return Fail(json, refusal);
        }
        catch (OptionsValidationException invalid)
        {
            return Fail(json, new PipelineException(Problem.InvalidRequest, $"A setting is wrong. {string.Join(" ", invalid.Failures)}"));
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Interrupted.");
            return ExitCode.Interrupted;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Fail(json, new PipelineException(Problem.StorageWriteFailed, fault.Message));
        }
    }

    static int Fail(bool json, PipelineException refusal)
    {
        Console.Error.WriteLine(refusal.Message);
        if (json) WriteJson(ErrorBody.Of(refusal, ""));
        return ExitCode.Failed;
    }

    /// <summary>The one JSON object of a command, alone on standard output.</summary>
    public static void WriteJson<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, ApiJson.Options));
}
