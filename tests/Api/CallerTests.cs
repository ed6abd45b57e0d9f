using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Pipeline.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace DgxMusic.Api.Tests;

public sealed class CallerTests
{
    const string Jobs = "/api/v1/jobs", Me = "/api/v1/keys/me", Elsewhere = "203.0.113.9";

    [Fact]
    public void Of_RequestThatNobodyLookedAt_Throws() => Assert.Throws<InvalidOperationException>(() => Callers.Of(new DefaultHttpContext().Request));

    [Theory]
    [InlineData(null, 200)]
    [InlineData("127.0.0.7", 200)]
    [InlineData("::1", 200)]
    [InlineData("::ffff:127.0.0.1", 200)]
    [InlineData("::ffff:203.0.113.9", 401)]
    [InlineData("203.0.113.9", 401)]
    [InlineData("10.0.0.1", 401)]
    public async Task NoKey_IsTheOwnerOnLoopbackOnly(string? from, int status)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Answer answer = (await host.GetAsync(Me, from: from)).Expect(status);
        if (status == 200) Assert.Equal(("owner", "ultra", true), (Text(answer.Json, "id"), Text(answer.Json, "tier"), answer.Json.GetProperty("admin").GetBoolean()));
        else Assert.Equal(("UNAUTHORIZED", "Bearer realm=\"dgxmusic\""), (answer.Code, answer.Header("WWW-Authenticate")));
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1", "")]
    [InlineData("X-Forwarded-For", "127.0.0.1", "127.0.0.0/8")]
    [InlineData("Forwarded", "for=127.0.0.1", "127.0.0.1")]
    [InlineData("X-Real-IP", "127.0.0.1", "")]
    [InlineData("Via", "1.1 proxy", "")]
    public async Task NoKey_PassedOnByAProxyOnThisMachine_IsNobody(string header, string value, string trusted)
    {
        await using ApiHost host = await ApiHost.StartAsync(("Identity:TrustedProxies", trusted));
        (await host.GetAsync(Jobs, headers: (header, value))).Expect(401, "UNAUTHORIZED");
        (await host.GetAsync(Jobs, await host.KeyAsync(), headers: (header, value))).Expect(200);
    }

    [Fact]
    public async Task Key_ByEitherHeader_IsItsCaller_AndAWrongOneIsNobodyEvenOnLoopback()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string key = await host.KeyAsync(Tier.Paid), other = await host.KeyAsync();
        Assert.Equal(key.Split('_')[1], Text((await host.GetAsync(Me, key, Elsewhere)).Expect(200).Json, "id"));
        Assert.Equal("paid", Text((await host.GetAsync(Me, from: Elsewhere, headers: ("X-API-Key", key))).Expect(200).Json, "tier"));
        string wrong = key[..^1] + (key[^1] == '0' ? '1' : '0');
        foreach (string bad in (string[])[wrong, "dgx_000000000000_" + new string('0', 64), "dgx_" + key, key.ToUpperInvariant(), "", "x"])
        {
            (await host.GetAsync(Me, headers: ("X-API-Key", bad))).Expect(401, "UNAUTHORIZED");
            (await host.GetAsync(Me, headers: ("Authorization", "Bearer " + bad))).Expect(401, "UNAUTHORIZED");
        }

        (await host.GetAsync(Me, headers: ("Authorization", "Basic " + key))).Expect(401, "UNAUTHORIZED");
        (await host.GetAsync(Me, key, headers: ("X-API-Key", other))).Expect(401, "UNAUTHORIZED");
        (await host.GetAsync(Me, key, headers: ("X-API-Key", key))).Expect(200);
    }

    [Fact]
    public async Task Key_ExpiredOrRevoked_IsNobody()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Answer made = await host.SendAsync(HttpMethod.Post, "/api/v1/keys", new { name = "Ada", tier = "premium", expires_at = "2026-11-20T13:00:00Z" });
        Assert.Equal("no-store", made.Expect(201).Header("Cache-Control"));
        string key = Text(made.Json, "secret"), id = Text(made.Json.GetProperty("key"), "id");
        (await host.GetAsync(Me, key, Elsewhere)).Expect(200);
        host.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Contains("expired", Text((await host.GetAsync(Me, key)).Expect(401).Json, "error"), StringComparison.Ordinal);

        string second = await host.KeyAsync();
        (await host.SendAsync(HttpMethod.Delete, "/api/v1/keys/" + second.Split('_')[1])).Expect(200);
        Assert.Contains("revoked", Text((await host.GetAsync(Me, second)).Expect(401).Json, "error"), StringComparison.Ordinal);
        (await host.SendAsync(HttpMethod.Delete, "/api/v1/keys/000000000000")).Expect(404, "KEY_NOT_FOUND");
        Answer list = (await host.GetAsync("/api/v1/keys")).Expect(200);
        Assert.Equal([id, second.Split('_')[1]], list.Json.GetProperty("keys").EnumerateArray().Select(listed => Text(listed, "id")));
        Assert.DoesNotContain(key.Split('_')[2], list.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("hash", list.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OwnerKey_OfTheSettings_IsTheOwnerFromAnywhere()
    {
        string key = "dgx_0123456789ab_" + new string('c', 64);
        await using ApiHost host = await ApiHost.StartAsync(("Identity:OwnerKey", key), ("Identity:LoopbackIsOwner", "false"));
        (await host.GetAsync(Me)).Expect(401, "UNAUTHORIZED");
        (await host.GetAsync(Me, key[..^1] + "d", Elsewhere)).Expect(401, "UNAUTHORIZED");
        Assert.Equal(("owner", true), (Text((await host.GetAsync(Me, key, Elsewhere)).Expect(200).Json, "id"), (await host.GetAsync(Me, key)).Json.GetProperty("admin").GetBoolean()));
        (await host.SendAsync(HttpMethod.Post, "/api/v1/keys", new { name = "Ada", tier = "free" }, key, Elsewhere)).Expect(201);
        OptionsValidationException wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => ApiHost.StartAsync(("Identity:OwnerKey", "secret")));
        Assert.Contains("Identity:OwnerKey", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Principal_SignedInByThePlatform_IsTheKeyMadeForThem()
    {
        (string, string)[] ada = [("X-MS-CLIENT-PRINCIPAL-IDP", "aad"), ("X-MS-CLIENT-PRINCIPAL-ID", "8c2b"), ("Authorization", "Bearer ey.a.token")];
        await using ApiHost host = await ApiHost.StartAsync(("Identity:Principals", "true"));
        Assert.Contains("--principal aad:8c2b", Text((await host.GetAsync(Me, from: Elsewhere, headers: ada)).Expect(403, "FORBIDDEN").Json, "error"), StringComparison.Ordinal);
        JsonElement made = (await host.SendAsync(HttpMethod.Post, "/api/v1/keys", new { name = "Ada", tier = "paid", principal = "aad:8c2b" })).Expect(201).Json.GetProperty("key");
        Assert.Equal("aad:8c2b", Text(made, "principal"));
        Assert.Equal(Text(made, "id"), Text((await host.GetAsync(Me, from: Elsewhere, headers: ada)).Expect(200).Json, "id"));
        (await host.GetAsync(Me, from: Elsewhere, headers: [ada[0], ("X-MS-CLIENT-PRINCIPAL-ID", "8c2c")])).Expect(403);
        (await host.GetAsync(Me, from: Elsewhere, headers: ada[2])).Expect(401);
        string other = await host.KeyAsync();
        Assert.Equal(other.Split('_')[1], Text((await host.GetAsync(Me, other, Elsewhere, ada[..2])).Expect(200).Json, "id"));

        Answer twice = await host.SendAsync(HttpMethod.Post, "/api/v1/keys", new { name = "Ada", tier = "free", principal = "aad:8c2b" });
        Assert.Contains(Text(made, "id"), twice.Expect(422).Json.GetProperty("details").GetProperty("principal").GetString(), StringComparison.Ordinal);
        (await host.SendAsync(HttpMethod.Delete, "/api/v1/keys/" + Text(made, "id"))).Expect(200);
        (await host.GetAsync(Me, from: Elsewhere, headers: ada)).Expect(403);
        (await host.SendAsync(HttpMethod.Post, "/api/v1/keys", new { name = "Ada", tier = "free", principal = "aad:8c2b" })).Expect(201);
        Assert.Equal("free", Text((await host.GetAsync(Me, from: Elsewhere, headers: ada)).Expect(200).Json, "tier"));
    }

    [Fact]
    public async Task Principal_WhereThePlatformIsNotBelieved_IsNobody()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        (await host.SendAsync(HttpMethod.Post, "/api/v1/keys", new { name = "Ada", tier = "paid", principal = "aad:8c2b" })).Expect(201);
        (await host.GetAsync(Me, from: Elsewhere, headers: [("X-MS-CLIENT-PRINCIPAL-IDP", "aad"), ("X-MS-CLIENT-PRINCIPAL-ID", "8c2b")])).Expect(401, "UNAUTHORIZED");
    }

    [Theory]
    [InlineData("""{"tier": "free"}""", "name")]
    [InlineData("""{"name": "Ada", "tier": "unknown"}""", "tier")]
    [InlineData("""{"name": "Ada"}""", "tier")]
    [InlineData("""{"name": "Ada", "tier": "free", "bytes_per_day": 1.5}""", "bytes_per_day")]
    [InlineData("""{"name": "Ada", "tier": "free", "compute_seconds_per_day": -1}""", "compute_seconds_per_day")]
    [InlineData("""{"name": "Ada", "tier": "free", "expires_at": "tomorrow"}""", "expires_at")]
    [InlineData("""{"name": "Ada", "tier": "free", "principal": "Ada"}""", "principal")]
    [InlineData("""{"name": "Ada", "tier": "free", "expires_at": "2026-11-19"}""", "expires_at")]
    [InlineData("""{"name": "Ada", "tier": "free", "colour": 1}""", "colour")]
    public async Task CreateKey_WrongField_IsNamed(string body, string field)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Answer refused = (await host.SendAsync(HttpMethod.Post, "/api/v1/keys", body)).Expect(422, "INVALID_REQUEST");
        Assert.Equal([field], refused.Json.GetProperty("details").EnumerateObject().Select(detail => detail.Name));
        Assert.Empty((await host.GetAsync("/api/v1/keys")).Json.GetProperty("keys").EnumerateArray());
    }

    [Fact]
    public async Task AdminRoutes_AreForTheOwnerAndAdmins()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string plain = await host.KeyAsync(Tier.Ultra), admin = await host.KeyAsync(admin: true);
        Route[] routes = [.. ApiRoutes.All.Where(route => route.ForAdmins)];
        Assert.Contains(routes, route => route.Pattern == "/api/v1/storage/files" && route.Method == "DELETE");
        Assert.Contains(routes, route => route.Pattern == "/api/v1/keys" && route.Method == "POST");
        foreach (Route route in routes)
        {
            var method = new HttpMethod(route.Method);
            string address = route.Pattern.Replace("{id}", "000000000000", StringComparison.Ordinal);
            (await host.SendAsync(method, address, key: plain, from: Elsewhere)).Expect(403, "FORBIDDEN");
            Assert.NotEqual(403, (await host.SendAsync(method, address, key: admin, from: Elsewhere)).Status);
            (await host.SendAsync(method, address, from: Elsewhere)).Expect(401);
        }

        (await host.SendAsync(HttpMethod.Post, "/api/v1/audio/metadata", new { path = "outputs/2026/11/20/gen_00000000.wav" }, plain)).Expect(404, "FILE_NOT_FOUND");
    }

    [Fact]
    public async Task EveryRouteThatIsNotOpen_NeedsACaller()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Assert.Equal(["/", "/api/v1/openapi.json", "/api/v1/health/live", "/api/v1/health/ready"], ApiRoutes.All.Where(route => route.IsOpen).Select(route => route.Pattern));
        foreach (Route route in ApiRoutes.All.Where(route => !route.Signed))
        {
            Answer answer = await host.SendAsync(new(route.Method), route.Pattern.Replace("{id}", "gen_00000000", StringComparison.Ordinal).Replace("{name}", "x.wav", StringComparison.Ordinal), from: Elsewhere);
            Assert.Equal(route.IsOpen ? 200 : 401, answer.Status);
            Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        }
    }

    [Fact]
    public async Task Job_OfAnother_DoesNotExist()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string mine = await host.KeyAsync(), theirs = await host.KeyAsync();
        string id = Text((await host.GenerateAsync(mine, Elsewhere)).Expect(202).Json, "job_id");
        (await host.GetAsync($"{Jobs}/{id}", mine, Elsewhere)).Expect(200);
        (await host.GetAsync($"{Jobs}/{id}")).Expect(200);
        (await host.GetAsync($"{Jobs}/{id}", theirs, Elsewhere)).Expect(404, "JOB_NOT_FOUND");
        (await host.SendAsync(HttpMethod.Delete, $"{Jobs}/{id}", key: theirs)).Expect(404, "JOB_NOT_FOUND");
        Assert.Empty((await host.GetAsync(Jobs, theirs)).Json.GetProperty("jobs").EnumerateArray());
    }

    static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
