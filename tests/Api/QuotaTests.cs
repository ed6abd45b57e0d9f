using System.Globalization;
using System.Text.Json;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Api.Tests;

public sealed class QuotaTests
{
    const string Me = "/api/v1/keys/me", Seconds = "X-Quota-Compute-Seconds-Remaining", Bytes = "X-Quota-Bytes-Remaining";

    [Fact]
    public async Task Accepted_IsClaimed_Ended_IsSettledAtWhatItTook()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string key = await host.KeyAsync(quota: new(100, 100_000_000));
        Answer accepted = (await GenerateAsync(host, key, 30)).Expect(202);
        Assert.Equal(("99", "2026-11-21T00:00:00Z"), (accepted.Header(Seconds), accepted.Header("X-Quota-Reset")));
        Assert.Equal(100_000_000 - (30 * 48_000 * 2 * 6), long.Parse(accepted.Header(Bytes)!, CultureInfo.InvariantCulture));
        JsonElement waiting = (await host.GetAsync(Me, key)).Json;
        Assert.Equal((0, 0), (waiting.GetProperty("used").GetProperty("compute_seconds").GetDouble(), waiting.GetProperty("used").GetProperty("bytes").GetInt64()));

        await host.Orchestrator.RunAllAsync();
        JsonElement job = (await host.GetAsync("/api/v1/jobs/" + accepted.Json.GetProperty("job_id").GetString(), key)).Expect(200).Json;
        Assert.Equal("completed", job.GetProperty("status").GetString());
        Answer ended = await host.GetAsync(Me, key);
        double seconds = ended.Json.GetProperty("used").GetProperty("compute_seconds").GetDouble();
        long bytes = ended.Json.GetProperty("used").GetProperty("bytes").GetInt64();
        Assert.True(seconds > 0 && seconds < 60, $"{seconds} s");
        Assert.True(bytes > 30 * 48_000 * 2 * 6 && bytes < 31 * 48_000 * 2 * 6, $"{bytes} bytes");
        Assert.Equal(100_000_000 - bytes, long.Parse(ended.Header(Bytes)!, CultureInfo.InvariantCulture));
        Assert.Equal(100 - seconds, double.Parse(ended.Header(Seconds)!, CultureInfo.InvariantCulture), 3);
        Assert.Null((await host.GetAsync(Me)).Expect(200).Header(Seconds));
    }

    [Fact]
    public async Task JobClosedTwice_AndStepsDeliveredTwice_CountOnce()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string key = await host.KeyAsync(quota: new(100, null));
        foreach (string activity in (string[])[nameof(GenerateAudio), nameof(CloseJob)]) host.Orchestrator.LoseResultOnce[activity] = true;
        string id = (await GenerateAsync(host, key, 5)).Expect(202).Json.GetProperty("job_id").GetString()!;
        await host.Orchestrator.RunAllAsync();
        string used = UsedOf(await host.GetAsync(Me, key));
        Assert.Equal(2, host.Orchestrator.Ran.Count(name => name == nameof(CloseJob)));
        Job job = await host.Get<JobLedger>().GetAsync(id);
        await host.Get<Quotas>().SettleAsync(job);
        Assert.Equal(used, UsedOf(await host.GetAsync(Me, key)));
        Assert.Empty(await host.Catalog.QueryAsync("compute", id, null, 10));

        static string UsedOf(Answer me) => me.Json.GetProperty("used").GetRawText();
    }

    [Fact]
    public async Task UsedUp_IsRefusedUntilMidnight_AndNothingIsEnqueued()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string key = await host.KeyAsync(quota: new(2.5, null));
        (await GenerateAsync(host, key, 30)).Expect(202);
        (await GenerateAsync(host, key, 30)).Expect(202);
        Answer refused = (await GenerateAsync(host, key, 30)).Expect(429, "QUOTA_EXCEEDED");
        Assert.Equal(("43200", "2026-11-21T00:00:00Z", "0.5"), (refused.Header("Retry-After"), Detail(refused, "resets_at"), Detail(refused, "compute_seconds_left")));
        Assert.Equal(2, (await host.GetAsync("/api/v1/jobs", key)).Json.GetProperty("jobs").GetArrayLength());
        (await GenerateAsync(host, key, 15)).Expect(202);
        (await GenerateAsync(host, key, 1)).Expect(429, "QUOTA_EXCEEDED");
        (await GenerateAsync(host, await host.KeyAsync(), 30)).Expect(202);
        host.Clock.Advance(TimeSpan.FromHours(12));
        (await GenerateAsync(host, key, 30)).Expect(202);

        static string? Detail(Answer answer, string name) => answer.Json.GetProperty("details").GetProperty(name).GetString();
    }

    [Fact]
    public async Task Batch_ThatDoesNotFit_ClaimsNothing()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string key = await host.KeyAsync(quota: new(2.5, null));
        object three = new { requests = Enumerable.Repeat(new { prompt = "two calm tones", duration = 30 }, 3) }, two = new { requests = Enumerable.Repeat(new { prompt = "two calm tones", duration = 30 }, 2) };
        Assert.Equal("2.5", (await host.SendAsync(HttpMethod.Post, "/api/v1/generate/batch", three, key)).Expect(429, "QUOTA_EXCEEDED").Header(Seconds));
        Assert.Equal("0.5", (await host.SendAsync(HttpMethod.Post, "/api/v1/generate/batch", two, key)).Expect(202).Header(Seconds));
    }

    [Fact]
    public async Task CancelledJob_GivesItsClaimBack()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string key = await host.KeyAsync(quota: new(2, null));
        (await GenerateAsync(host, key, 30)).Expect(202);
        string second = (await GenerateAsync(host, key, 30)).Expect(202).Json.GetProperty("job_id").GetString()!;
        (await GenerateAsync(host, key, 1)).Expect(429);
        (await host.SendAsync(HttpMethod.Delete, $"/api/v1/jobs/{second}", key: key)).Expect(200);
        (await GenerateAsync(host, key, 30)).Expect(202);
    }

    [Fact]
    public async Task RepeatOfWhatWasAccepted_IsAnsweredAlthoughNothingIsLeft()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string key = await host.KeyAsync(quota: new(1, null));
        Answer first = (await GenerateAsync(host, key, 30, ("Idempotency-Key", "a"))).Expect(202);
        Assert.Equal(first.Text, (await GenerateAsync(host, key, 30, ("Idempotency-Key", "a"))).Expect(202).Text);
        (await GenerateAsync(host, key, 30, ("Idempotency-Key", "b"))).Expect(429);
        host.Clock.Advance(TimeSpan.FromHours(12));
        (await GenerateAsync(host, key, 30, ("Idempotency-Key", "b"))).Expect(202);
    }

    [Fact]
    public async Task Uploads_CountAsBytes_RefusedOnesDoNot()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        byte[] wave = KeyedRequestTests.Wave(1);
        string key = await host.KeyAsync(quota: new(null, (2 * wave.Length) + 10));
        Assert.Equal($"{wave.Length + 10}", (await UploadAsync(host, key, wave)).Expect(201).Header(Bytes));
        (await UploadAsync(host, key, "not audio at all"u8.ToArray())).Expect(415);
        Assert.Equal("10", (await UploadAsync(host, key, wave)).Expect(201).Header(Bytes));
        Assert.Equal("10", (await UploadAsync(host, key, wave)).Expect(429, "QUOTA_EXCEEDED").Header(Bytes));
        Assert.Equal(2, (await host.GetAsync("/api/v1/uploads", key)).Json.GetProperty("uploads").GetArrayLength());

        (await UploadAsync(host, key, wave, "/api/v1/audio/export")).Expect(429, "QUOTA_EXCEEDED");
        string other = await host.KeyAsync(quota: new(100, 100 * wave.Length));
        Answer exported = (await UploadAsync(host, other, wave, "/api/v1/audio/export")).Expect(201);
        long left = (100 * wave.Length) - wave.Length - exported.Json.GetProperty("file_size_bytes").GetInt64();
        Assert.Equal($"{left}", exported.Header(Bytes));
    }

    [Fact]
    public async Task Claims_OfManyInstancesAtOnce_NeverGoPastTheQuota()
    {
        var rows = new MemoryCatalog();
        UsageLedger[] instances = [.. Enumerable.Range(0, 4).Select(_ => new UsageLedger(rows, new TestClock()))];
        DateTime day = instances[0].UtcNow;
        bool[] claimed = await Task.WhenAll(Enumerable.Range(0, 60).Select(n => Task.Run(() => instances[n % 4].TryClaimAsync("key", new(10, null), [new($"job{n}", 1, 0, day)]))));
        Assert.Equal(10, claimed.Count(yes => yes));
        await Task.WhenAll(Enumerable.Range(0, 60).Select(n => Task.Run(() => instances[n % 4].SettleAsync("key", day, $"job{n % 30}", 0.5, 7))));
        Usage usage = await instances[0].ReadAsync("key", day);
        Assert.Equal((0.5 * (10 - usage.Open.Count), 7 * (10 - usage.Open.Count)), (usage.ComputeSeconds, usage.Bytes));
    }

    [Fact]
    public async Task ClaimOfAProcessThatDied_IsGivenBackBeforeAnybodyIsRefused()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string key = await host.KeyAsync(quota: new(1, null)), owner = key.Split('_')[1];
        Assert.True(await host.Get<UsageLedger>().TryClaimAsync(owner, new(1, null), [new("gen_00000000", 1, 0, host.Get<UsageLedger>().UtcNow)]));
        (await GenerateAsync(host, key, 30)).Expect(429);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        (await GenerateAsync(host, key, 30)).Expect(202);
    }

    static Task<Answer> GenerateAsync(ApiHost host, string key, double seconds, params (string Name, string Value)[] headers) =>
        host.SendAsync(HttpMethod.Post, "/api/v1/generate", new { prompt = "two calm tones", duration = seconds }, key, null, headers);

    static Task<Answer> UploadAsync(ApiHost host, string key, byte[] content, string route = "/api/v1/uploads") =>
        host.SendAsync(HttpMethod.Post, route, new MultipartFormDataContent { { new ByteArrayContent(content), "file", "take.wav" } }, key);
}
