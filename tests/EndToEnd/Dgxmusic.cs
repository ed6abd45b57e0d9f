using System.Diagnostics;
using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

/// <param name="Output">Standard output, all of it.</param>
sealed record Run(int ExitCode, string Output, string Errors)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}

/// <summary>The built program as a process of its own.</summary>
static class Dgxmusic
{
    static readonly string program = Find();

    /// <summary>The folder that the solution lies in.</summary>
    public static string SourceFolder => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(program)!, "../../../../.."));

    public static Task<Run> RunAsync(params string[] arguments) => RunAsync(new Dictionary<string, string>(), arguments);

    public static async Task<Run> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using Process process = Start(environment, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(120)).Token);
        return new(process.ExitCode, await output, await errors);
    }

    public static Process Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    public static Process Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    // The configuration that these tests were built in.
    static string Find()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        string configuration = output.Parent!.Name;
        for (DirectoryInfo? folder = output; folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DgxMusic.Functions.sln")))
                return Path.Combine(folder.FullName, "src", "LocalHost", "bin", configuration, output.Name, "dgxmusic.dll");
        }

        throw new InvalidOperationException("The solution is in no folder above the tests.");
    }
}

/// <summary>A folder that is gone after the test.</summary>
sealed class ScratchFolder : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-e2e-");

    public string this[string name] => Path.Combine(folder.FullName, name);

    /// <summary>All but the marks that keep an inbox in being.</summary>
    public string[] Files(string name) => Directory.Exists(this[name])
        ? [.. Directory.EnumerateFiles(this[name], "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != ".keep").Select(path => Path.GetRelativePath(this[name], path)).Order(StringComparer.Ordinal)]
        : [];

    public void Dispose() => folder.Delete(recursive: true);
}

/// <summary>A test that needs a program of somebody else's; skipped, and said so, where it is missing.</summary>
sealed class FactWithToolAttribute : FactAttribute
{
    public FactWithToolAttribute(string tool)
    {
        bool found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, tool)));
        if (!found) Skip = $"{tool} is not installed.";
    }
}
