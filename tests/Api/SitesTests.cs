namespace DgxMusic.Api.Tests;

public sealed class SitesTests
{
    const string Jobs = "/api/v1/jobs", Studio = "https://studio.example", Foreign = "https://evil.example";

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:99", 200)]
    [InlineData("studio.localhost", 200)]
    [InlineData("127.0.0.1:7071", 200)]
    [InlineData("[::1]:7071", 200)]
    [InlineData("dgx.lan:7071", 200)]
    [InlineData("evil.example", 403)]
    [InlineData("127.0.0.1.evil.example", 403)]
    [InlineData("localhost.evil.example", 403)]
    [InlineData("203.0.113.9", 403)]
    public async Task KeylessBrowser_ThatWasToldAnotherName_IsRefused(string name, int status)
    {
        await using ApiHost host = await ApiHost.StartAsync(("Identity:Hosts", "dgx.lan"));
        (await host.GetAsync(Jobs, headers: ("Host", name))).Expect(status);
        (await host.GetAsync(Jobs, await host.KeyAsync(), headers: ("Host", name))).Expect(200);
    }

    [Fact]
    [Trait("Requirement", "X-18")]
    public async Task ForeignPage_CanNeitherChangeNorRead()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        foreach (string origin in (string[])[Foreign, "null", "http://localhost:1", "file://"])
        {
            (await host.GenerateAsync(headers: ("Origin", origin))).Expect(403, "FORBIDDEN");
            (await host.SendAsync(HttpMethod.Delete, $"{Jobs}/gen_00000000", headers: ("Origin", origin))).Expect(403);
            Assert.Null((await host.GetAsync(Jobs, headers: ("Origin", origin))).Expect(200).Header("Access-Control-Allow-Origin"));
            Assert.Null((await host.SendAsync(HttpMethod.Options, Jobs, headers: [("Origin", origin), ("Access-Control-Request-Method", "POST")])).Expect(204).Header("Access-Control-Allow-Methods"));
        }

        Assert.Empty((await host.GetAsync(Jobs)).Json.GetProperty("jobs").EnumerateArray());
        (await host.GenerateAsync(headers: ("Origin", host.Http.BaseAddress!.GetLeftPart(UriPartial.Authority)))).Expect(202);
        (await host.GenerateAsync(headers: [("Origin", "https://music.example"), ("Host", "music.example")], key: await host.KeyAsync())).Expect(202);
    }

    [Fact]
    [Trait("Requirement", "X-18")]
    public async Task NamedOrigin_IsLetIn_WithoutCredentialsAndByName()
    {
        await using ApiHost host = await ApiHost.StartAsync(("Cors:Origins", $"{Studio}, http://other.example:8080"));
        Answer made = (await host.GenerateAsync(headers: ("Origin", Studio))).Expect(202);
        Answer refused = (await host.GetAsync($"{Jobs}/gen_00000000", headers: ("Origin", "http://other.example:8080"))).Expect(404);
        Assert.Equal((Studio, "Origin"), (made.Header("Access-Control-Allow-Origin"), made.Header("Vary")));
        Assert.Equal("http://other.example:8080", refused.Header("Access-Control-Allow-Origin"));
        foreach (string name in (string[])["Location", "Retry-After", "Content-Range", "ETag", "X-Quota-Bytes-Remaining"]) Assert.Contains(name, made.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
        Assert.Null(made.Header("Access-Control-Allow-Credentials"));
        (await host.GenerateAsync(headers: ("Origin", Foreign))).Expect(403);
        (await host.GenerateAsync(headers: ("Origin", "https://studio.example.evil.example"))).Expect(403);
        Assert.Equal("Origin", (await host.GetAsync(Jobs)).Header("Vary"));
    }

    [Fact]
    [Trait("Requirement", "X-18")]
    public async Task Preflight_IsAnsweredForEveryRoute_WithoutAKey()
    {
        await using ApiHost host = await ApiHost.StartAsync(("Cors:Origins", Studio));
        foreach (var path in ApiRoutes.All.GroupBy(route => route.Pattern))
        {
            Answer answer = (await host.SendAsync(HttpMethod.Options, path.Key, from: "203.0.113.9", headers: [("Origin", Studio), ("Access-Control-Request-Method", path.First().Method)])).Expect(204);
            Assert.Equal(Studio, answer.Header("Access-Control-Allow-Origin"));
            Assert.Equal(string.Join(", ", path.Select(route => route.Method)), answer.Header("Access-Control-Allow-Methods"));
            Assert.Contains("Idempotency-Key", answer.Header("Access-Control-Allow-Headers"), StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Requirement", "X-18")]
    public async Task Development_LetsAnyOriginIn_ByItsName()
    {
        await using ApiHost host = await ApiHost.StartAsync(("Cors:Development", "true"));
        Answer answer = (await host.GenerateAsync(headers: ("Origin", Foreign))).Expect(202);
        Assert.Equal(Foreign, answer.Header("Access-Control-Allow-Origin"));
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
    }

    [Theory]
    [InlineData("Cors:Origins", "*")]
    [InlineData("Cors:Origins", "https://studio.example/path")]
    [InlineData("Cors:Origins", "studio.example")]
    [InlineData("Identity:TrustedProxies", "proxy")]
    [InlineData("Tiers:stem_separation", "gold")]
    [InlineData("RateLimit:PerMinute", "0")]
    [InlineData("Cors:Origin", "https://studio.example")]
    public async Task Start_WrongSetting_FailsAndNamesIt(string name, string value)
    {
        var refusal = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => ApiHost.StartAsync((name, value)));
        Assert.Contains(name.Split(':')[1], refusal.Message, StringComparison.Ordinal);
    }
}
