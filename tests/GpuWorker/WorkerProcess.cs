using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace DgxMusic.GpuWorker.Tests;

/// <summary>The built program as a process of its own.</summary>
sealed class WorkerProcess : IAsyncDisposable
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(60);
    static readonly string program = Find();

    readonly Process process;
    readonly HttpClient http;
    readonly ConcurrentQueue<string> output = new();
    readonly ConcurrentQueue<string> errors = new();

    WorkerProcess(Process process, int port)
    {
        this.process = process;
        http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = patience };
        process.OutputDataReceived += (_, line) => Add(output, line.Data);
        process.ErrorDataReceived += (_, line) => Add(errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Lines of standard output.</summary>
    public IEnumerable<string> Output => output;

    public IEnumerable<string> Errors => errors;

    public static WorkerProcess Start(params (string Name, string Value)[] settings)
    {
        int port = FreePort();
        var start = new ProcessStartInfo("dotnet", [program]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        foreach ((string name, string value) in settings) start.Environment[name] = value;
        return new(Process.Start(start)!, port);
    }

    /// <returns>Status and body; null while nobody answers.</returns>
    public async Task<(HttpStatusCode Status, string Body)?> GetAsync(string path)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(path);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public void Kill() => process.Kill();

    /// <summary>Asks it to stop, as a container is asked.</summary>
    public void Terminate() => Assert.Equal(0, Signal(process.Id, 15));

    public async Task<int> ExitCodeAsync()
    {
        using var limit = new CancellationTokenSource(patience);
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        http.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    static extern int Signal(int process, int signal);

    static void Add(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null) lines.Enqueue(line);
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // The configuration that these tests were built in.
    static string Find()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        for (DirectoryInfo? folder = output; folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DgxMusic.Functions.sln")))
                return Path.Combine(folder.FullName, "src", "GpuWorker", "bin", output.Parent!.Name, output.Name, "DgxMusic.GpuWorker.dll");
        }

        throw new InvalidOperationException("The solution is in no folder above the tests.");
    }
}
