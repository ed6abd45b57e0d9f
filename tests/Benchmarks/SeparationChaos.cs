using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using DgxMusic.EndToEnd.Tests;

namespace DgxMusic.Benchmarks;

/// <summary>Separations of ten minutes of music under ten SIGKILLs, compared byte for byte with the same left in peace; then ten that are taken back at any instant.</summary>
static class SeparationChaos
{
    const int Jobs = 2, Kills = 10, Cancels = 10, Minutes = 10, MostMilliseconds = 25_000;

    public static IEnumerable<Measurement> Run()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-separation-chaos-");
        string song = Path.Combine(folder.FullName, "song.wav");
        SeparateSpeed.WriteLong(song, Minutes);
        ChaosReport report = new ChaosRun(Chaos.Serve, Path.Combine(folder.FullName, "kills"), Jobs, Kills, seed: 1, MostMilliseconds, (http, n) => SubmitAsync(http, song, n)).RunAsync().GetAwaiter().GetResult();
        foreach (string fault in report.Faults) Console.Error.WriteLine(fault);
        string told = string.Create(
            CultureInfo.InvariantCulture, $"aim: 0; {report.Activities} activities recorded, {report.Redelivered} delivered again; {report.SecondsInPeace:F0} s in peace, {report.SecondsUnderKills:F0} s under kills");
        yield return new($"{Jobs} separations of {Minutes} min, {Kills} SIGKILLs: differences, files left behind, work done twice", [report.Faults.Count], "faults", told);

        (int faults, int tooLate, double slowest) = CancelAsync(Path.Combine(folder.FullName, "cancels"), song).GetAwaiter().GetResult();
        folder.Delete(recursive: true);
        yield return new(
            $"{Cancels} separations of {Minutes} min, cancelled at any instant: files left behind", [faults], "faults",
            string.Create(CultureInfo.InvariantCulture, $"aim: 0; {tooLate} were over before; the slowest stopped after {slowest:F1} s"));
    }

    static async Task<HttpResponseMessage> SubmitAsync(HttpClient http, string song, int n)
    {
        var part = new ByteArrayContent(await File.ReadAllBytesAsync(song));
        part.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
        using var form = new MultipartFormDataContent
        {
            { new StringContent("spectral"), "model" }, { new StringContent("all"), "stems" }, { new StringContent("true"), "residual" },
            { new StringContent(n % 2 == 0 ? "FLOAT" : "PCM_16"), "bit_depth" }, { part, "file", "song.wav" },
        };
        return await http.PostAsync("/api/v1/separations", form);
    }

    static async Task<(int Faults, int TooLate, double SlowestSeconds)> CancelAsync(string data, string song)
    {
        var chance = new Random(2);
        (int faults, int tooLate, double slowest) = (0, 0, 0);
        using ServedProduct server = ServedProduct.Start(data);
        for (int n = 0; n < Cancels; n++)
        {
            using HttpResponseMessage answer = await SubmitAsync(server.Http, song, n);
            string id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetString()!;
            await Task.Delay(chance.Next(20, MostMilliseconds));
            using HttpResponseMessage cancel = await server.Http.PostAsync($"/api/v1/jobs/{id}/cancel", null);
            long asked = Stopwatch.GetTimestamp();
            JsonElement job;
            while ((job = await server.JobAsync(id)).GetProperty("completed_at").ValueKind == JsonValueKind.Null) await Task.Delay(20);
            if (job.GetProperty("status").GetString() != "cancelled")
            {
                tooLate++;
                continue;
            }

            slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(asked).TotalSeconds);
            faults += await CountLeftAsync(data, id);
        }

        return (faults, tooLate, slowest);
    }

    /// <summary>Files of that job beside its upload, once a sweep has had its time.</summary>
    static async Task<int> CountLeftAsync(string data, string id)
    {
        long begun = Stopwatch.GetTimestamp();
        int left;
        do
        {
            left = Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories).Count(path => path.Contains(id, StringComparison.Ordinal));
            if (left > 0) await Task.Delay(100);
        }
        while (left > 0 && Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(45));
        return left;
    }
}
