using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace DgxMusic.Benchmarks;

/// <summary>What the server bears while a generation runs, clients and server on the same processors, every write flushed to disk.</summary>
static class LoadSpeed
{
    const int Clients = 8, ReadsPerSecond = 500, SubmissionsPerSecond = 50, ManyJobs = 10_000, Wave = 250;
    static readonly TimeSpan window = TimeSpan.FromSeconds(5);

    public static IEnumerable<Measurement> Run()
    {
        foreach (Measurement measurement in WithAJobRunning()) yield return measurement;
        foreach (Measurement measurement in OverManyJobs().GetAwaiter().GetResult()) yield return measurement;
    }

    static IEnumerable<Measurement> WithAJobRunning()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-load-");
        using ServedProduct server = ServedProduct.Start(folder.FullName);
        string job = server.SubmitAsync(new { prompt = "a long cinematic journey", duration = 600 }).GetAwaiter().GetResult();
        while (server.JobAsync(job).GetAwaiter().GetResult().GetProperty("progress").GetInt32() < 3) Thread.Sleep(50);

        Func<Task> read = () => server.JobAsync(job), submit = () => server.SubmitAsync(new { prompt = "a short calm piano", duration = 1 });
        CallAsFastAsAnswered(read);
        yield return new($"status reads, {Clients} clients as fast as they are answered", [RateOf(CallAsFastAsAnswered(read))], "/s", $"aim: {ReadsPerSecond}");
        yield return new($"submissions, {Clients} clients as fast as they are answered", [RateOf(CallAsFastAsAnswered(submit))], "/s", $"aim: {SubmissionsPerSecond}");

        Task<List<double>> reading = CallAtRateAsync(read, ReadsPerSecond), writing = CallAtRateAsync(submit, SubmissionsPerSecond);
        Task.WaitAll(reading, writing);
        yield return LatencyOf($"status reads, {ReadsPerSecond}/s, beside submissions", reading.Result);
        yield return LatencyOf($"submissions, {SubmissionsPerSecond}/s, beside status reads", writing.Result);

        string status = server.JobAsync(job).GetAwaiter().GetResult().GetProperty("status").GetString()!;
        if (status != "processing") throw new InvalidOperationException($"The generation was {status} before the load was over: nothing of this counts.");
        server.Dispose();
        folder.Delete(recursive: true);
    }

    static async Task<IReadOnlyList<Measurement>> OverManyJobs()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-load-");
        using ServedProduct server = ServedProduct.Start(folder.FullName, ("DGX_MUSIC_MUSICGEN_MOCK", "1"), ("Pipeline__MaxConcurrentJobs", "2"));
        List<double> resident = [];
        long started = Stopwatch.GetTimestamp();
        for (int done = 0; done < ManyJobs; done += Wave)
        {
            string[] jobs = await Task.WhenAll(Enumerable.Range(0, Wave).Select(_ => server.SubmitAsync(new { prompt = "a short calm piano", duration = 1 })));
            foreach (string job in jobs)
            {
                while (true)
                {
                    string status = (await server.JobAsync(job)).GetProperty("status").GetString()!;
                    if (status == "completed") break;
                    if (status is "failed" or "cancelled") throw new InvalidOperationException($"{job} is {status}.");
                    await Task.Delay(20);
                }
            }

            if ((done + Wave) % 1000 == 0) resident.Add(server.ResidentBytes() / 1e6);
        }

        double rate = ManyJobs / Stopwatch.GetElapsedTime(started).TotalSeconds;
        server.Dispose();
        folder.Delete(recursive: true);
        string readings = string.Join(", ", resident.Select(value => value.ToString("F0", CultureInfo.InvariantCulture)));
        return
        [
            new($"jobs of a mock engine, {ManyJobs} of them", [rate], "jobs/s"),
            new("memory of the server over them", [resident[^1]], "MB", $"after each thousand: {readings}"),
        ];
    }

    /// <returns>Milliseconds of every call, rising.</returns>
    static List<double> CallAsFastAsAnswered(Func<Task> call)
    {
        var latencies = new ConcurrentBag<double>();
        long end = Stopwatch.GetTimestamp() + (long)(window.TotalSeconds * Stopwatch.Frequency);
        Task.WaitAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetTimestamp() < end)
            {
                long start = Stopwatch.GetTimestamp();
                await call();
                latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        })).ToArray());
        return [.. latencies.Order()];
    }

    /// <summary>Calls at fixed instants, answered or not: who waits behind a slow call is counted from when it was due.</summary>
    /// <inheritdoc cref="CallAsFastAsAnswered" path="/returns"/>
    static async Task<List<double>> CallAtRateAsync(Func<Task> call, int perSecond)
    {
        int count = (int)(perSecond * window.TotalSeconds);
        long start = Stopwatch.GetTimestamp();
        double[] latencies = await Task.WhenAll(Enumerable.Range(0, count).Select(async n =>
        {
            TimeSpan due = TimeSpan.FromSeconds((double)n / perSecond), early = due - Stopwatch.GetElapsedTime(start);
            if (early > TimeSpan.Zero) await Task.Delay(early);
            await call();
            return (Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds;
        }));
        return [.. latencies.Order()];
    }

    static double RateOf(List<double> latencies) => latencies.Count / window.TotalSeconds;

    static Measurement LatencyOf(string what, List<double> latencies) => new(
        what, [latencies[latencies.Count * 99 / 100]], "ms, 99th percentile", string.Create(CultureInfo.InvariantCulture, $"aim: 100; median {latencies[latencies.Count / 2]:F1}, worst {latencies[^1]:F1}"));
}
