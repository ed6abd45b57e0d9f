using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

/// <summary>A server of our own, or the one that DGXMUSIC_BASE_URL names.</summary>
sealed class Server : IAsyncDisposable
{
    readonly Process? process;

    Server(Process? process, Uri address)
    {
        this.process = process;
        Admin = Http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public HttpClient Http { get; }

    /// <summary>Who may do everything there: the owner of ours; elsewhere who has the key <c>DGXMUSIC_KEY</c>, or needs none.</summary>
    public HttpClient Admin { get; private set; }

    /// <summary>Makes a command work with this server, as the same caller as <see cref="Http"/>.</summary>
    public IReadOnlyDictionary<string, string> Remote => new Dictionary<string, string>
    {
        ["DGXMUSIC_SERVER"] = Http.BaseAddress!.ToString(), ["DGXMUSIC_KEY"] = Http.DefaultRequestHeaders.TryGetValues("X-API-Key", out IEnumerable<string>? key) ? key.Single() : "",
    };

    /// <summary>True where these tests may kill it and look into its folder.</summary>
    public bool IsOurs => process is not null;

    public static async Task<Server> StartAsync(string dataFolder, IReadOnlyDictionary<string, string>? environment = null, params string[] options)
    {
        if (environment is null && Environment.GetEnvironmentVariable("DGXMUSIC_BASE_URL") is { Length: > 0 } address) return await JoinAsync(new Uri(address));
        Process process = Dgxmusic.Start(environment ?? new Dictionary<string, string>(), ["serve", "--port", "0", "--data", dataFolder, .. options]);
        string line = await process.StandardError.ReadLineAsync() ?? throw new InvalidOperationException("The server said nothing.");
        string served = line.Split(" at ")[1].Split(';')[0];
        _ = process.StandardError.ReadToEndAsync();
        return new(process, new Uri(served));
    }

    /// <summary>With a key of its own, so that these tests see nobody else's jobs.</summary>
    static async Task<Server> JoinAsync(Uri address)
    {
        var server = new Server(null, address) { Admin = new HttpClient { BaseAddress = address } };
        if (Environment.GetEnvironmentVariable("DGXMUSIC_KEY") is { Length: > 0 } key) server.Admin.DefaultRequestHeaders.Add("X-API-Key", key);
        using HttpResponseMessage answer = await server.Admin.PostAsJsonAsync("/api/v1/keys", new { name = "tests", tier = "ultra", expires_at = DateTime.UtcNow.AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        server.Http.DefaultRequestHeaders.Add("X-API-Key", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString());
        return server;
    }

    public async Task<JsonElement> SubmitAsync(object body)
    {
        using HttpResponseMessage answer = await Http.PostAsJsonAsync("/api/v1/generate", body);
        Assert.True((int)answer.StatusCode == 202, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    public Task<JsonElement> JobAsync(string id) => Http.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{id}");

    /// <summary>The most memory it has ever held, bytes.</summary>
    public long PeakBytes()
    {
        process!.Refresh();
        return process.PeakWorkingSet64;
    }

    public async Task<JsonElement> EndAsync(string id, int patienceSeconds = 60)
    {
        var limit = Stopwatch.StartNew();
        while (true)
        {
            JsonElement job = await JobAsync(id);
            if (job.GetProperty("completed_at").ValueKind != JsonValueKind.Null) return job;
            if (limit.Elapsed > TimeSpan.FromSeconds(patienceSeconds)) throw new TimeoutException($"{id} is still {job.GetProperty("status")}.");
            await Task.Delay(50);
        }
    }

    /// <summary>Waits until a job has a place.</summary>
    public async Task BeginAsync(string id)
    {
        var limit = Stopwatch.StartNew();
        while ((await JobAsync(id)).GetProperty("status").GetString() == "pending")
        {
            if (limit.Elapsed > TimeSpan.FromSeconds(60)) throw new TimeoutException($"{id} still waits.");
            await Task.Delay(50);
        }
    }

    /// <summary>Events of a job until the stream ends: id, type, data.</summary>
    public async Task<List<(long Id, string Type, JsonElement Data)>> EventsAsync(string id, long? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/jobs/{id}/events");
        if (lastEventId is { } last) request.Headers.Add("Last-Event-ID", last.ToString(CultureInfo.InvariantCulture));
        using HttpResponseMessage answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        List<(long, string, JsonElement)> events = [];
        (long number, string type) = (0, "");
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) number = long.Parse(line.AsSpan(4), CultureInfo.InvariantCulture);
            else if (line.StartsWith("event: ", StringComparison.Ordinal)) type = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) events.Add((number, type, JsonDocument.Parse(line[6..]).RootElement));
        }

        return events;
    }

    /// <summary>SIGKILL: no handler runs.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Admin.Dispose();
        if (process is null) return;
        if (!process.HasExited) await KillAsync();
        process.Dispose();
    }
}
