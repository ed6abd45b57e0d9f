using System.Globalization;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Api.Tests;

public sealed class LimitTests
{
    const string Elsewhere = "203.0.113.9";

    [Fact]
    [Trait("Requirement", "A-68")]
    public async Task Generate_EleventhCallInAMinute_IsToldWhenToComeBackAndIsNotEnqueued()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string key = await host.KeyAsync();
        for (int n = 0; n < 10; n++)
        {
            Answer answer = n % 2 == 0 ? await host.GenerateAsync(key, Elsewhere) : await host.SendAsync(HttpMethod.Post, "/api/v1/generate", new { prompt = "" }, key, Elsewhere);
            Assert.Equal(n % 2 == 0 ? 202 : 422, answer.Status);
            host.Clock.Advance(TimeSpan.FromSeconds(1.5));
        }

        Answer refused = (await host.GenerateAsync(key, Elsewhere)).Expect(429, "RATE_LIMITED");
        Assert.Equal("45", refused.Header("Retry-After"));
        Assert.Equal(5, (await host.GetAsync("/api/v1/jobs", key)).Expect(200).Json.GetProperty("jobs").GetArrayLength());
        (await host.GenerateAsync(await host.KeyAsync(), Elsewhere)).Expect(202);

        host.Clock.Advance(TimeSpan.FromSeconds(44.9));
        Assert.Equal("1", (await host.GenerateAsync(key, Elsewhere)).Expect(429).Header("Retry-After"));
        host.Clock.Advance(TimeSpan.FromSeconds(0.1));
        (await host.GenerateAsync(key, Elsewhere)).Expect(202);
        (await host.GenerateAsync(key, Elsewhere)).Expect(429);
    }

    [Fact]
    [Trait("Requirement", "A-68")]
    public async Task Batch_IsOneCallOfItsOwnKind()
    {
        await using ApiHost host = await ApiHost.StartAsync(("RateLimit:PerMinute", "2"));
        string key = await host.KeyAsync();
        object body = new { requests = Enumerable.Range(0, 5).Select(n => new { prompt = $"calm tones {n}" }) };
        for (int n = 0; n < 2; n++) (await host.SendAsync(HttpMethod.Post, "/api/v1/generate/batch", body, key, Elsewhere)).Expect(202);
        (await host.SendAsync(HttpMethod.Post, "/api/v1/generate/batch", body, key, Elsewhere)).Expect(429, "RATE_LIMITED");
        (await host.GenerateAsync(key, Elsewhere)).Expect(202);
        Assert.Equal(11, (await host.GetAsync("/api/v1/jobs", key)).Json.GetProperty("jobs").GetArrayLength());
    }

    [Fact]
    [Trait("Requirement", "A-68")]
    public async Task Count_ManyInstancesAtOnce_LetThroughAsManyAsOne()
    {
        var catalog = new MemoryCatalog();
        var clock = new TestClock();
        RateLimiter[] instances = [.. Enumerable.Range(0, 4).Select(_ => new RateLimiter(catalog, Microsoft.Extensions.Options.Options.Create(new RateLimitOptions { PerMinute = 7 }), clock))];
        bool[] passed = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => Task.Run(() => PassesAsync(instances[n % 4], "generate", "somebody"))));
        Assert.Equal(7, passed.Count(yes => yes));
        Assert.True(await PassesAsync(instances[0], "batch", "somebody"));
        Assert.True(await PassesAsync(instances[0], "generate", "somebody-else"));
    }

    [Theory]
    [Trait("Requirement", "A-68")]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("203.0.113.9", false)]
    public async Task Count_WhitelistedAddress_IsNotCounted(string address, bool free)
    {
        var limiter = new RateLimiter(new MemoryCatalog(), Microsoft.Extensions.Options.Options.Create(new RateLimitOptions { PerMinute = 1, Whitelist = "localhost" }), new TestClock());
        Assert.True(await PassesAsync(limiter, "generate", "somebody", address));
        Assert.Equal(free, await PassesAsync(limiter, "generate", "somebody", address));
    }

    [Theory]
    [Trait("Requirement", "A-68")]
    [InlineData("10.0.0.2", "198.51.100.7", "198.51.100.7")]
    [InlineData("10.0.0.2", "127.0.0.1, 198.51.100.7:4711, 10.0.0.3", "198.51.100.7")]
    [InlineData("10.0.0.2", "10.0.0.4, 10.0.0.3", "10.0.0.4")]
    [InlineData("10.0.0.2", "[2001:db8::1]:99", "2001:db8::1")]
    [InlineData("10.0.0.2", "127.0.0.1, gibberish", null)]
    [InlineData("192.0.2.1", "198.51.100.7", null)]
    [InlineData("192.0.2.1", null, "192.0.2.1")]
    public void Address_BehindProxies_IsTheRightMostThatIsNotTrusted(string peer, string? forwarded, string? address)
    {
        var http = new Microsoft.AspNetCore.Http.DefaultHttpContext { Connection = { RemoteIpAddress = System.Net.IPAddress.Parse(peer) } };
        if (forwarded is not null) http.Request.Headers["X-Forwarded-For"] = forwarded;
        var found = new Http.ClientAddress(Microsoft.Extensions.Options.Options.Create(new Http.IdentityOptions { TrustedProxies = "10.0.0.0/8" })).Of(http);
        Assert.Equal((address, forwarded is null), (found.Address?.ToString(), found.IsDirect));
    }

    [Fact]
    [Trait("Requirement", "A-68")]
    public async Task Owner_OnceOffTheWhitelist_IsCountedToo_AndAProxyHidesNobodyBehindIt()
    {
        await using ApiHost host = await ApiHost.StartAsync(("RateLimit:Whitelist", ""), ("RateLimit:PerMinute", "1"));
        (await host.GenerateAsync()).Expect(202);
        (await host.GenerateAsync()).Expect(429);
        await using ApiHost usual = await ApiHost.StartAsync(("RateLimit:PerMinute", "1"));
        string key = await usual.KeyAsync();
        for (int n = 0; n < 3; n++) (await usual.GenerateAsync(key)).Expect(202);
        (await usual.GenerateAsync(key, headers: ("X-Forwarded-For", "127.0.0.1"))).Expect(202);
        (await usual.GenerateAsync(key, headers: ("X-Forwarded-For", "127.0.0.1"))).Expect(429);
        await using ApiHost off = await ApiHost.StartAsync(("RateLimit:Enabled", "false"), ("RateLimit:Whitelist", ""));
        for (int n = 0; n < 12; n++) (await off.GenerateAsync()).Expect(202);
    }

    [Fact]
    [Trait("Requirement", "A-68")]
    public async Task Reads_AreUnlimited()
    {
        await using ApiHost host = await ApiHost.StartAsync(("RateLimit:PerMinute", "1"));
        string key = await host.KeyAsync();
        for (int n = 0; n < 20; n++) (await host.GetAsync("/api/v1/jobs", key, Elsewhere)).Expect(200);
        Assert.All(ApiRoutes.All.Where(route => route.Method == "GET"), route => Assert.Null(route.RateLimit));
    }

    [Theory]
    [Trait("Requirement", "C-31")]
    [InlineData(Tier.Unknown, "stem_separation", false)]
    [InlineData(Tier.Free, "stem_separation", false)]
    [InlineData(Tier.Paid, "stem_separation", true)]
    [InlineData(Tier.Ultra, "stem_separation", true)]
    [InlineData(Tier.Free, "anything_else", true)]
    [InlineData(Tier.Unknown, "anything_else", false)]
    public void Feature_ByTier(Tier tier, string feature, bool open)
    {
        var gate = new FeatureGate(Microsoft.Extensions.Options.Options.Create(new FeatureTiers()));
        var caller = new Caller("ab12cd34ef56", "somebody", tier, IsAdmin: false);
        Assert.Equal(open, gate.Allows(caller, feature));
        if (open) gate.Require(caller, feature);
        else
        {
            PipelineException refusal = Assert.Throws<PipelineException>(() => gate.Require(caller, feature));
            Assert.Equal((Problem.TierRequired, tier.ToString().ToLowerInvariant()), (refusal.Problem, refusal.Details["current_tier"]));
            Assert.Equal(feature == "stem_separation" ? "paid" : "free", refusal.Details["required_tier"]);
        }
    }

    [Theory]
    [Trait("Requirement", "C-31")]
    [InlineData(false, "ultra", "free", false)]
    [InlineData(true, "ultra", "ultra", true)]
    [InlineData(true, "gold", "unknown", false)]
    public async Task TierHeader_IsHeardInDevelopmentOnly(bool development, string asked, string tier, bool allowed)
    {
        await using ApiHost host = await ApiHost.StartAsync(("Identity:Development", development.ToString(CultureInfo.InvariantCulture)), ("Tiers:stem_separation", "premium"));
        Answer me = (await host.GetAsync("/api/v1/keys/me", await host.KeyAsync(), headers: ("X-Dgx-Tier", asked))).Expect(200);
        Assert.Equal(tier, me.Json.GetProperty("tier").GetString());
        var feature = me.Json.GetProperty("features").GetProperty("stem_separation");
        Assert.Equal(("premium", allowed), (feature.GetProperty("required_tier").GetString(), feature.GetProperty("allowed").GetBoolean()));
    }

    [Fact]
    [Trait("Requirement", "C-31")]
    public async Task Route_OfAFeature_IsRefusedBeforeItsHandlerRuns()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        int ran = 0;
        var route = new Http.Route("POST", "/separate", "", "", _ =>
        {
            ran++;
            return Task.FromResult(Microsoft.AspNetCore.Http.Results.NoContent());
        }) { Answers = [], Feature = Features.StemSeparation };
        foreach ((Tier tier, int status) in (ValueTuple<Tier, int>[])[(Tier.Free, 403), (Tier.Paid, 204)])
        {
            using var body = new MemoryStream();
            var http = new Microsoft.AspNetCore.Http.DefaultHttpContext { RequestServices = host.Get<IServiceProvider>(), Request = { Method = "POST" }, Response = { Body = body } };
            http.Request.Headers["X-API-Key"] = await host.KeyAsync(tier);
            await host.Get<Http.Gate>().AnswerAsync(http, route);
            Assert.Equal((status, status == 204 ? 1 : 0), (http.Response.StatusCode, ran));
            if (status == 403) Assert.Contains("TIER_REQUIRED", System.Text.Encoding.UTF8.GetString(body.ToArray()), StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Requirement", "C-31")]
    [Trait("Requirement", "A-69")]
    public async Task Generate_HighPriority_IsForTheTierThatHasItAlsoInABatch()
    {
        await using ApiHost host = await ApiHost.StartAsync(("RateLimit:Enabled", "false"));
        string free = await host.KeyAsync(Tier.Free), paid = await host.KeyAsync(Tier.Paid);
        foreach ((string key, int status) in (ValueTuple<string, int>[])[(free, 403), (paid, 202)])
        {
            Answer single = (await host.SendAsync(HttpMethod.Post, "/api/v1/generate", new { prompt = "a calm piano", duration = 1, priority = "high" }, key)).Expect(status);
            if (status == 403) Assert.Equal("paid", single.Json.GetProperty("details").GetProperty("required_tier").GetString());
            (await host.SendAsync(HttpMethod.Post, "/api/v1/generate/batch", new { requests = new object[] { new { prompt = "a calm piano", duration = 1 }, new { prompt = "a calm piano", duration = 1, priority = "high" } } }, key)).Expect(status);
        }

        Answer unknown = (await host.SendAsync(HttpMethod.Post, "/api/v1/generate", new { prompt = "a calm piano", priority = "urgent", after = new[] { "gen_00000000" } }, free)).Expect(422);
        Assert.Equal(["after", "priority"], unknown.Json.GetProperty("details").EnumerateObject().Select(fault => fault.Name).Order(StringComparer.Ordinal));
        string foreign = (await host.SendAsync(HttpMethod.Post, "/api/v1/generate", new { prompt = "a calm piano", duration = 1 }, paid)).Expect(202).Json.GetProperty("job_id").GetString()!;
        (await host.SendAsync(HttpMethod.Post, "/api/v1/generate", new { prompt = "a calm piano", after = new[] { foreign } }, free)).Expect(422);
        Answer own = (await host.SendAsync(HttpMethod.Post, "/api/v1/generate", new { prompt = "a calm piano", duration = 1, priority = "low", after = new[] { foreign } }, paid)).Expect(202);
        Answer job = (await host.GetAsync(own.Json.GetProperty("status_url").GetString()!, paid)).Expect(200);
        Assert.Equal(("low", foreign), (job.Json.GetProperty("priority").GetString(), job.Json.GetProperty("after")[0].GetString()));
    }

    static async Task<bool> PassesAsync(RateLimiter limiter, string kind, string client, string? address = null)
    {
        try
        {
            await limiter.CountAsync(kind, client, address is null ? null : System.Net.IPAddress.Parse(address));
            return true;
        }
        catch (PipelineException refusal) when (refusal.Problem == Problem.RateLimited)
        {
            return false;
        }
    }
}
