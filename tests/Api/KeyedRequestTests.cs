using System.Net.Http.Headers;
using System.Text;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Api.Tests;

public sealed class KeyedRequestTests
{
    const string Generate = "/api/v1/generate", Batch = "/api/v1/generate/batch", Export = "/api/v1/audio/export", Header = "Idempotency-Key";

    [Fact]
    public async Task Repeat_GetsTheFirstAnswer_AndNothingIsDoneAgain()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Answer first = (await PostAsync(host, "a", new { prompt = "two calm tones" })).Expect(202);
        host.Clock.Advance(TimeSpan.FromHours(23.9));
        Answer again = (await PostAsync(host, "a", new { prompt = "two calm tones" })).Expect(202);
        Assert.Equal((first.Text, first.Header("Location"), first.Header("Content-Type")), (again.Text, again.Header("Location"), again.Header("Content-Type")));
        Assert.Equal(((string?)null, "true"), (first.Header("Idempotency-Replayed"), again.Header("Idempotency-Replayed")));
        Assert.NotEqual(first.Text, (await PostAsync(host, "b", new { prompt = "two calm tones" })).Expect(202).Text);
        Assert.Equal(2, await JobsAsync(host));
        host.Clock.Advance(TimeSpan.FromHours(0.1));
        Assert.Null((await PostAsync(host, "a", new { prompt = "other tones" })).Expect(202).Header("Idempotency-Replayed"));
        Assert.Equal(3, await JobsAsync(host));
    }

    [Fact]
    public async Task SameKey_OtherRequest_IsAMismatch_AndCallersAndRoutesDoNotShareKeys()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        (await PostAsync(host, "a", new { prompt = "two calm tones" })).Expect(202);
        (await PostAsync(host, "a", new { prompt = "two wild tones" })).Expect(422, "IDEMPOTENCY_MISMATCH");
        (await PostAsync(host, "a", new { requests = new[] { new { prompt = "two calm tones" } } }, Batch)).Expect(202);
        (await PostAsync(host, "a", new { prompt = "two calm tones" }, key: await host.KeyAsync())).Expect(202);
        Assert.Equal(3, await JobsAsync(host));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    [InlineData("a\u0007b")]
    public async Task KeyThatIsNone_IsRefused(string key)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        (await PostAsync(host, key, new { prompt = "two calm tones" })).Expect(400);
        (await PostAsync(host, new string('k', 256), new { prompt = "two calm tones" })).Expect(400, "MALFORMED_REQUEST");
        (await PostAsync(host, new string('k', 255), new { prompt = "two calm tones" })).Expect(202);
    }

    [Fact]
    public async Task RefusedRequest_FreesItsKey()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        (await PostAsync(host, "a", new { prompt = "" })).Expect(422);
        (await PostAsync(host, "a", "{")).Expect(400);
        (await PostAsync(host, "a", new { prompt = "two calm tones" })).Expect(202);
    }

    /// <summary>The process dies before each of its writes in turn; another one gets the same request again.</summary>
    [Theory]
    [InlineData(Generate, 1)]
    [InlineData(Batch, 3)]
    public async Task ProcessThatDies_AtAnyWrite_RepeatCompletesItOnce(string route, int jobs)
    {
        object body = route == Generate ? new { prompt = "two calm tones" } : new { requests = Enumerable.Range(0, 3).Select(n => new { prompt = $"calm tones {n}" }) };
        for (int writes = 0; ; writes++)
        {
            var rows = new MemoryCatalog();
            var clock = new TestClock();
            var mortal = new FailingCatalog(rows) { WritesLeft = writes };
            await using ApiHost first = await ApiHost.StartAsync(rows, clock, mortal);
            Answer answer = await PostAsync(first, "a", body, route);
            clock.Advance(TimeSpan.FromMinutes(5));
            await using ApiHost second = await ApiHost.StartAsync(rows, clock, null);
            Answer repeat = (await PostAsync(second, "a", body, route)).Expect(202);
            if (answer.Status == 202) Assert.Equal(answer.Text, repeat.Text);
            foreach (ISweep sweep in second.Get<IEnumerable<ISweep>>()) await sweep.SweepAsync();
            Assert.True(jobs == await JobsAsync(second), $"after {writes} writes");
            string[] ids = route == Generate ? [repeat.Json.GetProperty("job_id").GetString()!] : [.. repeat.Json.GetProperty("job_ids").EnumerateArray().Select(id => id.GetString()!)];
            foreach (string id in ids) (await second.GetAsync($"/api/v1/jobs/{id}")).Expect(200);
            Assert.Equal("true", (await PostAsync(second, "a", body, route)).Expect(202).Header("Idempotency-Replayed"));
            if (answer.Status != 202) continue;
            Assert.True(writes > jobs, "Nothing was interrupted.");
            return;
        }
    }

    [Fact]
    public async Task ManyAtOnce_OnTwoInstances_AreOneJobWithOneAnswer()
    {
        var rows = new MemoryCatalog();
        var clock = new TestClock();
        await using ApiHost first = await ApiHost.StartAsync(rows, clock, null), second = await ApiHost.StartAsync(rows, clock, null);
        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => PostAsync(n % 2 == 0 ? first : second, "a", new { prompt = "two calm tones" })));
        Assert.Single(answers.Select(answer => answer.Expect(202).Json.GetProperty("job_id").GetString()).Distinct());
        Assert.Equal(1, await JobsAsync(first));
    }

    [Fact]
    public async Task Form_SentAgainWithAnotherBoundary_IsTheSameRequest()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        byte[] wave = Wave(0.5);
        Answer first = (await PostAsync(host, "a", Form(wave, "-16"), Export)).Expect(201);
        Answer again = (await PostAsync(host, "a", Form(wave, "-16"), Export)).Expect(201);
        Assert.Equal((first.Text, "true"), (again.Text, again.Header("Idempotency-Replayed")));
        (await PostAsync(host, "a", Form(wave, "-17"), Export)).Expect(422, "IDEMPOTENCY_MISMATCH");
        wave[^1] ^= 1;
        (await PostAsync(host, "a", Form(wave, "-16"), Export)).Expect(422, "IDEMPOTENCY_MISMATCH");
        (await PostAsync(host, "b", Form("not audio"u8.ToArray(), "-16"), Export)).Expect(415);
        Assert.Equal(1, await JobsAsync(host));
    }

    [Fact]
    public async Task FormBatch_Repeated_KeepsItsJobs()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        (byte[] Wave, string Name)[] files = [(Wave(0.5), "a"), (Wave(0.7), "b")];
        MultipartFormDataContent Batch() => files.Aggregate(new MultipartFormDataContent(), (form, file) =>
        {
            form.Add(new ByteArrayContent(file.Wave), "file", file.Name + ".wav");
            form.Add(new StringContent(file.Name), "name");
            return form;
        });
        Answer first = (await PostAsync(host, "a", Batch(), Export + "/batch")).Expect(201);
        Assert.Equal(first.Text, (await PostAsync(host, "a", Batch(), Export + "/batch")).Expect(201).Text);
        Assert.Equal(2, first.Json.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("file").GetProperty("job_id").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Sweep_RemovesWhatIsOver_AndLeavesTheRest()
    {
        var rows = new MemoryCatalog();
        var clock = new TestClock();
        var ledger = new IdempotencyLedger(rows, clock);
        for (int n = 0; n < 20; n++) await ledger.BeginAsync($"{n:x2}", "old");
        clock.Advance(TimeSpan.FromHours(12));
        await ledger.BeginAsync("ff", "young");
        clock.Advance(TimeSpan.FromHours(12));
        await ledger.SweepAsync();
        int left = 0;
        foreach (char digit in "0123456789abcdef") left += (await rows.QueryAsync("idempotency", digit.ToString(), null, 1000)).Count;
        Assert.Equal(1, left);
        Assert.Equal("young", (await ledger.BeginAsync("ff", "young")).BodyHash);
    }

    [Fact]
    public void Routes_ThatStartWork_SayHowTheyAreAnswered() => Assert.All(
        ApiRoutes.All.Where(route => route.StartsWork), route => Assert.True(route.Method == "POST" && route.Answers.All(answer => answer.Json is not null), route.Pattern));

    static Task<Answer> PostAsync(ApiHost host, string idempotencyKey, object body, string route = Generate, string? key = null) =>
        host.SendAsync(HttpMethod.Post, route, body, key, headers: (Header, idempotencyKey));

    static async Task<int> JobsAsync(ApiHost host) => (await host.GetAsync("/api/v1/jobs")).Expect(200).Json.GetProperty("jobs").GetArrayLength();

    static MultipartFormDataContent Form(byte[] wave, string lufs) => new($"boundary{Guid.NewGuid():N}")
    {
        { new ByteArrayContent(wave) { Headers = { ContentType = new MediaTypeHeaderValue("audio/wav") } }, "file", "take.wav" }, { new StringContent(lufs), "target_lufs" },
    };

    /// <summary>Stereo, 16 bits, 8000 Hz.</summary>
    internal static byte[] Wave(double seconds)
    {
        int frames = (int)(seconds * 8000);
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.ASCII);
        writer.Write("RIFF"u8);
        writer.Write(36 + (4 * frames));
        writer.Write("WAVEfmt "u8);
        foreach (int word in (int[])[16, 1 | (2 << 16), 8000, 32000, 4 | (16 << 16)]) writer.Write(word);
        writer.Write("data"u8);
        writer.Write(4 * frames);
        for (int n = 0; n < frames; n++)
        {
            short value = (short)(8000 * Math.Sin(2 * Math.PI * 440 * n / 8000));
            writer.Write(value);
            writer.Write(value);
        }

        return bytes.ToArray();
    }
}
