using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace DgxMusic.Benchmarks;

/// <summary>The server as a process of its own, on a free port.</summary>
sealed class ServedProduct : IDisposable
{
    readonly Process process;
    bool disposed;

    ServedProduct(Process process, Uri address)
    {
        this.process = process;
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1024 }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public HttpClient Http { get; }

    public static ServedProduct Start(string dataFolder, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "dgxmusic.dll"), "serve", "--port", "0", "--data", dataFolder]) { RedirectStandardError = true };
        foreach ((string name, string value) in settings) start.Environment[name] = value;
        Process process = Process.Start(start)!;
        while (true)
        {
            string line = process.StandardError.ReadLine() ?? throw new InvalidOperationException("The server ended before it served.");
            if (!line.Contains("Serving ", StringComparison.Ordinal)) continue;
            _ = process.StandardError.ReadToEndAsync();
            return new(process, new Uri(line.Split(" at ")[1].Split(';')[0]));
        }
    }

    /// <summary>Memory it holds now, bytes.</summary>
    public long ResidentBytes()
    {
        process.Refresh();
        return process.WorkingSet64;
    }

    /// <summary>The most it has ever held, bytes.</summary>
    public long PeakBytes()
    {
        process.Refresh();
        return process.PeakWorkingSet64;
    }

    public TimeSpan ProcessorTime()
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    public async Task<string> SubmitAsync(object body)
    {
        using HttpResponseMessage answer = await Http.PostAsJsonAsync("/api/v1/generate", body);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetString()!;
    }

    public Task<JsonElement> JobAsync(string id) => Http.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{id}");

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        Http.Dispose();
        if (disposed) return;
        disposed = true;
        if (!process.HasExited) Kill();
        process.Dispose();
    }
}
