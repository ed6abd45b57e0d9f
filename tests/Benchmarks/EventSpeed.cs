using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace DgxMusic.Benchmarks;

/// <summary>A thousand listeners at a real server: what each costs it, and how long an event is on its way.</summary>
static class EventSpeed
{
    const int Listeners = 1000, Pairs = 4;

    public static IEnumerable<Measurement> Run() => RunAsync().GetAwaiter().GetResult();

    static async Task<IReadOnlyList<Measurement>> RunAsync()
    {
        List<Measurement> found = [];
        await using (Served server = await Served.StartAsync(concurrentJobs: 1))
        {
            await server.ListenAsync(1, jobSeconds: 600, Listeners);
            List<Heard> alone = [], crowd = [];
            // In turns, because a job costs by itself now more and now less than all who listen to it.
            for (int pair = 0; pair < Pairs; pair++)
            {
                alone.Add(await server.ListenAsync(1, jobSeconds: 600, listeners: 1));
                crowd.Add(await server.ListenAsync(1, jobSeconds: 600, Listeners));
            }

            Add(found, $"{Listeners} listeners to one job", crowd);
            string peaks = $"peaks of the server in turn, MiB: {string.Join(", ", alone.Zip(crowd, (one, many) => $"{one.PeakKiB / 1024} and {many.PeakKiB / 1024}"))}";
            found.Add(new("memory of a listener, with its connection", [.. alone.Zip(crowd, (one, many) => (many.PeakKiB - one.PeakKiB) / (double)Listeners)], "KiB", peaks));
            found.Add(new("processor time of a job that one listens to", [.. alone.Select(one => one.CpuSeconds)], "s"));
            found.Add(new($"processor time of a job that {Listeners} listen to", [.. crowd.Select(many => many.CpuSeconds)], "s", "connecting included"));
        }

        await using (Served server = await Served.StartAsync(concurrentJobs: 4))
            Add(found, $"{Listeners} listeners to 100 jobs, 4 at a time", [await server.ListenAsync(100, jobSeconds: 20, Listeners)]);
        return found;
    }

    static void Add(List<Measurement> found, string what, IReadOnlyList<Heard> runs)
    {
        found.Add(new($"{what}: delivery, median", [.. runs.Select(run => At(run, 0.5))], "ms", $"{runs.Sum(run => run.Latencies.Count)} events; the log is looked into every 500 ms"));
        found.Add(new($"{what}: delivery, 99 %", [.. runs.Select(run => At(run, 0.99))], "ms"));
    }

    static double At(Heard heard, double share) => heard.Latencies.Order().ElementAt((int)(heard.Latencies.Count * share));

    /// <param name="Latencies">From what the event says to when it was read, ms.</param>
    sealed record Heard(IReadOnlyCollection<double> Latencies, long PeakKiB, double CpuSeconds);

    sealed class Served : IAsyncDisposable
    {
        readonly DirectoryInfo folder;
        readonly Process process;
        readonly HttpClient http;

        Served(Process process, DirectoryInfo folder, Uri address)
        {
            (this.process, this.folder) = (process, folder);
            http = new(new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        }

        public static async Task<Served> StartAsync(int concurrentJobs)
        {
            DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-bench-");
            var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "dgxmusic.dll"), "serve", "--port", "0", "--data", folder.FullName]) { RedirectStandardError = true };
            start.Environment["DGXMUSIC_Pipeline__MaxConcurrentJobs"] = concurrentJobs.ToString(CultureInfo.InvariantCulture);
            // One processor plays, so that the other is there for those who listen.
            start.Environment["DGXMUSIC_Runner__Cpu"] = "1";
            Process process = Process.Start(start)!;
            string line = await process.StandardError.ReadLineAsync() ?? throw new InvalidOperationException("The server said nothing.");
            _ = process.StandardError.ReadToEndAsync();
            return new(process, folder, new(line.Split(" at ")[1].Split(';')[0]));
        }

        /// <summary>Submits jobs, listens to them evenly, and waits for the end of all.</summary>
        public async Task<Heard> ListenAsync(int jobs, double jobSeconds, int listeners)
        {
            double cpu = CpuSeconds();
            string[] ids = new string[jobs];
            for (int n = 0; n < jobs; n++) ids[n] = await SubmitAsync(jobSeconds, n);
            ConcurrentBag<double> latencies = [];
            using var over = new CancellationTokenSource();
            Task<long> peak = WatchAsync(over.Token);
            await Task.WhenAll(Enumerable.Range(0, listeners).Select(n => HearAsync(ids[n % jobs], latencies)));
            await over.CancelAsync();
            return new(latencies, await peak, CpuSeconds() - cpu);
        }

        public async ValueTask DisposeAsync()
        {
            http.Dispose();
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            folder.Delete(recursive: true);
        }

        async Task<string> SubmitAsync(double seconds, int seed)
        {
            using HttpResponseMessage answer = await http.PostAsJsonAsync("/api/v1/generate", new { prompt = "calm ambient pads", duration = seconds, seed });
            answer.EnsureSuccessStatusCode();
            return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetString()!;
        }

        async Task HearAsync(string job, ConcurrentBag<double> latencies)
        {
            string type = "";
            for (string? last = null; !type.StartsWith("job_c", StringComparison.Ordinal) && type != "job_failed";)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/jobs/{job}/events");
                if (last is not null) request.Headers.Add("Last-Event-ID", last);
                using HttpResponseMessage answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
                DateTime connected = DateTime.UtcNow;
                while (await lines.ReadLineAsync() is { } line)
                {
                    if (line.StartsWith("id: ", StringComparison.Ordinal)) last = line[4..];
                    else if (line.StartsWith("event: ", StringComparison.Ordinal)) type = line[7..];
                    else if (line.StartsWith("data: ", StringComparison.Ordinal) && type != "snapshot") Note(line.AsMemory(6), connected, latencies);
                }
            }
        }

        /// <summary>What happened before the listener came was not on its way to it.</summary>
        static void Note(ReadOnlyMemory<char> data, DateTime connected, ConcurrentBag<double> latencies)
        {
            DateTime now = DateTime.UtcNow;
            using var parsed = JsonDocument.Parse(data);
            DateTime at = parsed.RootElement.GetProperty("ts").GetDateTime();
            if (at > connected) latencies.Add((now - at).TotalMilliseconds);
        }

        async Task<long> WatchAsync(CancellationToken over)
        {
            for (long peak = 0; ;)
            {
                peak = Math.Max(peak, ResidentKiB());
                if (over.IsCancellationRequested) return peak;
                await Task.Delay(100, CancellationToken.None);
            }
        }

        long ResidentKiB()
        {
            process.Refresh();
            return process.WorkingSet64 / 1024;
        }

        double CpuSeconds()
        {
            process.Refresh();
            return process.TotalProcessorTime.TotalSeconds;
        }
    }
}
