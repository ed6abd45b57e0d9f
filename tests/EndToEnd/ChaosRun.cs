using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DgxMusic.EndToEnd.Tests;

/// <param name="Faults">What should not have happened; empty for a product that keeps its word.</param>
/// <param name="Activities">Activities whose end was recorded.</param>
/// <param name="Redelivered">Starts of an activity after its first: each was running at a kill.</param>
public sealed record ChaosReport(int Jobs, int Kills, int Activities, int Redelivered, double SecondsInPeace, double SecondsUnderKills, IReadOnlyList<string> Faults);

/// <summary>The same mixed jobs on two servers: one left in peace, one killed again and again. Both must end with the same bytes.</summary>
/// <param name="serve">Starts a server on that data folder and a free port, with debug logs of the runner on standard error.</param>
/// <param name="mostMilliseconds">From one kill to the next; it is drawn.</param>
/// <param name="submit">Hands in the job of that number; null: jobs of all kinds in turn.</param>
public sealed partial class ChaosRun(Func<string, Process> serve, string folder, int jobs, int kills, int seed, int mostMilliseconds = 1500, Func<HttpClient, int, Task<HttpResponseMessage>>? submit = null)
{
    const int RateHz = 44_100, LongFileSeconds = 64;
    static readonly TimeSpan patience = TimeSpan.FromMinutes(10), sweep = TimeSpan.FromSeconds(45);
    readonly ConcurrentBag<string> faults = [];
    readonly byte[] longFile = WriteLongFile();

    // One run of the server after the other: what each started, and what it recorded as heard.
    readonly List<(ConcurrentBag<string> Started, ConcurrentBag<string> Heard)> lives = [];

    public async Task<ChaosReport> RunAsync()
    {
        long start = Stopwatch.GetTimestamp();
        string calm = Path.Combine(folder, "calm"), storm = Path.Combine(folder, "storm");
        string[] wanted = await InPeaceAsync(calm);
        double secondsInPeace = Stopwatch.GetElapsedTime(start).TotalSeconds;

        start = Stopwatch.GetTimestamp();
        lives.Clear();
        string[] given = await UnderKillsAsync(storm);
        for (int n = 0; n < jobs; n++)
        {
            if (wanted[n] != given[n]) faults.Add($"Job {n} ended otherwise after kills:\n{given[n]}\ninstead of\n{wanted[n]}");
        }

        HashSet<string> activities = [.. lives.SelectMany(life => life.Started)];
        string[] heard = [.. lives.SelectMany(life => life.Heard).Where(activities.Contains)];
        CheckWork(heard);
        int starts = lives.Sum(life => life.Started.Count);
        return new(jobs, kills, heard.Length, starts - activities.Count, secondsInPeace, Stopwatch.GetElapsedTime(start).TotalSeconds, [.. faults]);
    }

    async Task<string[]> InPeaceAsync(string data)
    {
        await using Served server = await StartAsync(data);
        string[] ids = await SubmitAllAsync(server);
        string[] digests = await Task.WhenAll(ids.Select(id => DigestAsync(server, id)));
        await CheckFilesAsync(data, server, ids);
        return digests;
    }

    async Task<string[]> UnderKillsAsync(string data)
    {
        var chance = new Random(seed);
        Served server = await StartAsync(data);
        string[] ids = await SubmitAllAsync(server);
        for (int kill = 0; kill < kills; kill++)
        {
            await Task.Delay(chance.Next(50, mostMilliseconds));
            await server.DisposeAsync();
            server = await StartAsync(data);
        }

        string[] digests = await Task.WhenAll(ids.Select(id => DigestAsync(server, id)));
        await CheckFilesAsync(data, server, ids);
        await server.DisposeAsync();
        return digests;
    }

    async Task<string[]> SubmitAllAsync(Served server)
    {
        string[] ids = new string[jobs];
        for (int n = 0; n < jobs; n++) ids[n] = await SubmitAsync(server, n);
        return ids;
    }

    async Task<string> SubmitAsync(Served server, int n)
    {
        using HttpResponseMessage answer = submit is not null ? await submit(server.Http, n) : (n % 6) switch
        {
            0 => await server.Http.PostAsJsonAsync("/api/v1/generate", new { prompt = "driving techno with a deep bass", duration = 3, stems = true, seed = n }),
            1 => await server.Http.PostAsync("/api/v1/audio/export", Form(("target_lufs", "-14"), ("mode", "limiter"), ("bit_depth", "PCM_24"), ("sample_rate", "48000"))),
            2 => await server.Http.PostAsJsonAsync("/api/v1/generate", new { prompt = "calm piano in C minor", duration = 2, seed = n, mode = "true_peak" }),
            3 => await server.Http.PostAsync("/api/v1/audio/metadata?bpm=true&key=true", Form()),
            4 => await server.Http.PostAsync("/api/v1/separations", Form(("model", "spectral"), ("stems", "all"), ("residual", "true"))),
            _ => await server.Http.PostAsJsonAsync("/api/v1/generate", new { prompt = "rock anthem, 120 BPM", duration = 5, stems = true, seed = n }),
        };
        string body = await answer.Content.ReadAsStringAsync();
        return (int)answer.StatusCode == 202 ? JsonDocument.Parse(body).RootElement.GetProperty("job_id").GetString()! : throw new InvalidOperationException($"Job {n} was not accepted: {body}");
    }

    MultipartFormDataContent Form(params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach ((string name, string value) in fields) form.Add(new StringContent(value), name);
        var file = new ByteArrayContent(longFile);
        file.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
        form.Add(file, "file", "long.wav");
        return form;
    }

    /// <summary>Everything a caller gets of a job, without ids and times.</summary>
    static async Task<string> DigestAsync(Served server, string id)
    {
        var limit = Stopwatch.StartNew();
        while (true)
        {
            JsonElement job = await server.Http.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{id}");
            string status = job.GetProperty("status").GetString()!;
            if (status == "completed") return await DescribeAsync(server, job);
            if (status is "failed" or "cancelled") return $"{status}: {job.GetProperty("error_message")}";
            if (limit.Elapsed > patience) return $"still {status} after {patience}";
            await Task.Delay(100);
        }
    }

    static async Task<string> DescribeAsync(Served server, JsonElement job)
    {
        string id = job.GetProperty("job_id").GetString()!;
        List<string> lines = [job.GetProperty("kind").GetString()!];
        foreach ((string name, string url) in FilesOf(job.GetProperty("result"), "result"))
        {
            byte[] bytes = await server.Http.GetByteArrayAsync(url);
            lines.Add($"{name} {bytes.Length} {Convert.ToHexStringLower(SHA256.HashData(bytes))}");
        }

        if (lines.Count == 1) lines.Add(job.GetProperty("result").GetRawText());
        return string.Join('\n', lines).Replace(id, "ID", StringComparison.Ordinal);
    }

    static IEnumerable<(string Name, string Url)> FilesOf(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object) yield break;
        if (element.TryGetProperty("url", out JsonElement url) || element.TryGetProperty("download_url", out url)) yield return (name, url.GetString()!);
        // What was uploaded is no work of ours.
        foreach (JsonProperty property in element.EnumerateObject().Where(property => property.Name != "original"))
        {
            foreach ((string Name, string Url) file in FilesOf(property.Value, $"{name}.{property.Name}")) yield return file;
        }
    }

    /// <summary>Nothing lies about but the files of these jobs, what was uploaded for them, and the catalog.</summary>
    async Task CheckFilesAsync(string data, Served server, string[] ids)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (string id in ids) Collect(await server.Http.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{id}"), known);
        var limit = Stopwatch.StartNew();
        string[] left;
        do
        {
            left = [.. Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(data, path).Replace('\\', '/')).Where(path => !IsExpected(path, known))];
            if (left.Length > 0) await Task.Delay(200);
        }
        while (left.Length > 0 && limit.Elapsed < sweep);
        foreach (string path in left) faults.Add($"{path} was left behind.");
    }

    static void Collect(JsonElement element, HashSet<string> paths)
    {
        if (element.ValueKind != JsonValueKind.Object) return;
        if (element.TryGetProperty("path", out JsonElement path) && path.ValueKind == JsonValueKind.String) paths.Add(path.GetString()!);
        foreach (JsonProperty property in element.EnumerateObject()) Collect(property.Value, paths);
    }

    static bool IsExpected(string path, HashSet<string> known) =>
        !path.Contains('/') || known.Contains(path) || path.EndsWith("/.keep", StringComparison.Ordinal) || (path.StartsWith("uploads/", StringComparison.Ordinal) && path.Contains("/original", StringComparison.Ordinal));

    /// <summary>What was recorded as done is never started again, and no run of the server starts a thing twice.</summary>
    void CheckWork(string[] heard)
    {
        foreach (IGrouping<string, string> twice in heard.GroupBy(step => step).Where(group => group.Count() > 1)) faults.Add($"{twice.Key} was recorded {twice.Count()} times.");
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach ((ConcurrentBag<string> started, ConcurrentBag<string> recorded) in lives)
        {
            foreach (string step in started.Where(done.Contains)) faults.Add($"{step} was started again although its end had been recorded.");
            foreach (IGrouping<string, string> twice in started.GroupBy(step => step).Where(group => group.Count() > 1)) faults.Add($"{twice.Key} was started {twice.Count()} times by one server.");
            done.UnionWith(recorded);
        }

        if (done.Count == 0) faults.Add("No log told what was done: nothing can be said about work done twice.");
    }

    async Task<Served> StartAsync(string data)
    {
        Process process = serve(data);
        var life = (Started: new ConcurrentBag<string>(), Heard: new ConcurrentBag<string>());
        lives.Add(life);
        var address = new TaskCompletionSource<Uri>();
        _ = ReadAsync(process.StandardOutput, line =>
        {
            if (StartLine().Match(line) is { Success: true } start) life.Started.Add(start.Groups[1].Value);
            if (EndLine().Match(line) is { Success: true } end) life.Heard.Add(end.Groups[1].Value);
        });
        _ = ReadAsync(process.StandardError, line =>
        {
            if (line.Contains("Serving ", StringComparison.Ordinal)) address.TrySetResult(new(line.Split(" at ")[1].Split(';')[0]));
        }).ContinueWith(_ => address.TrySetException(new InvalidOperationException("The server ended before it served.")), TaskScheduler.Default);
        return new(process, await address.Task);
    }

    static async Task ReadAsync(StreamReader stream, Action<string> take)
    {
        while (await stream.ReadLineAsync() is { } line) take(line);
    }

    /// <summary>Stereo, PCM_16, long enough for its work to be a job.</summary>
    static byte[] WriteLongFile()
    {
        const int frames = RateHz * LongFileSeconds, bytes = frames * 4;
        using var stream = new MemoryStream(bytes + 44);
        using var writer = new BinaryWriter(stream);
        writer.Write("RIFF"u8);
        writer.Write(36 + bytes);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)2);
        writer.Write(RateHz);
        writer.Write(RateHz * 4);
        writer.Write((short)4);
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(bytes);
        for (int n = 0; n < frames; n++)
        {
            double beat = Math.Exp(-(n % (RateHz / 2)) / 2000.0);
            short sample = (short)(12_000 * ((0.6 * beat * Math.Sin(0.02 * (n % (RateHz / 2)))) + (0.3 * Math.Sin(0.0626 * n))));
            writer.Write(sample);
            writer.Write((short)(sample / 2));
        }

        return stream.ToArray();
    }

    [GeneratedRegex(@"Step (\S+) starts")]
    private static partial Regex StartLine();

    [GeneratedRegex(@"Step (\S+) is recorded")]
    private static partial Regex EndLine();

    sealed class Served(Process process, Uri address) : IAsyncDisposable
    {
        public HttpClient Http { get; } = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(100) };

        /// <summary>SIGKILL: no handler runs.</summary>
        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
