using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

public sealed class KeysTests
{
    [Fact]
    public async Task Keys_MadeBesideAndThroughTheServer_OpenItFromElsewhere()
    {
        using var scratch = new ScratchFolder();
        JsonElement before = (await Dgxmusic.RunAsync("keys", "create", "Ada", "--tier", "paid", "--bytes-per-day", "1000", "--json", "--data", scratch["data"])).Json;
        await using Server server = await Server.StartAsync(scratch["data"], new Dictionary<string, string>());
        JsonElement during = (await Dgxmusic.RunAsync("keys", "create", "Bob", "--tier", "free", "--expires", "2999-01-31", "--admin", "--json", "--data", scratch["data"])).Json;
        Assert.Equal("2999-01-31T00:00:00Z", during.GetProperty("key").GetProperty("expires_at").GetString());
        Assert.Equal(("Ada", HttpStatusCode.OK), (await NameAsync(server.Http, Secret(before)), await StatusAsync(server.Http, Secret(during))));

        Run listed = await Dgxmusic.RunAsync("keys", "list", "--data", scratch["data"]);
        foreach (string shown in (string[])["Ada", "Bob", "1000", Id(before)]) Assert.Contains(shown, listed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret(before).Split('_')[2], listed.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await Dgxmusic.RunAsync("keys", "revoke", Id(before), "--data", scratch["data"])).ExitCode);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (await StatusAsync(server.Http, Secret(before)), await StatusAsync(server.Http, Secret(during))));
        Run unknown = await Dgxmusic.RunAsync("keys", "revoke", "000000000000", "--data", scratch["data"]);
        Assert.Equal((1, true), (unknown.ExitCode, unknown.Errors.Contains("no key of this id", StringComparison.Ordinal)));

        foreach (string file in Directory.EnumerateFiles(scratch["data"], "catalog.db*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var text = new StreamReader(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(Secret(during).Split('_')[2], await text.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Serve_WhereOthersReachIt_WarnsAndAsksThemForKeys()
    {
        using var scratch = new ScratchFolder();
        using Process process = Dgxmusic.Start("serve", "--port", "0", "--host", "0.0.0.0", "--data", scratch["data"]);
        try
        {
            string line = (await process.StandardError.ReadLineAsync())!;
            int port = new Uri(line.Split(" at ")[1].Split(';')[0]).Port;
            Assert.Contains("there is no key", await process.StandardError.ReadLineAsync(), StringComparison.Ordinal);
            using var here = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(here));
            string key = Secret((await Dgxmusic.RunAsync("keys", "create", "Ada", "--tier", "free", "--json", "--data", scratch["data"])).Json);
            if (OtherAddress() is not { } address) return;
            using var elsewhere = new HttpClient { BaseAddress = new($"http://{address}:{port}") };
            Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (await StatusAsync(elsewhere), await StatusAsync(elsewhere, key)));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>An address of this machine that is not loopback; null where it has none.</summary>
    static IPAddress? OtherAddress() => NetworkInterface.GetAllNetworkInterfaces().Where(card => card.OperationalStatus == OperationalStatus.Up)
        .SelectMany(card => card.GetIPProperties().UnicastAddresses).Select(card => card.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));

    static string Secret(JsonElement made) => made.GetProperty("secret").GetString()!;

    static string Id(JsonElement made) => made.GetProperty("key").GetProperty("id").GetString()!;

    static async Task<string?> NameAsync(HttpClient http, string key)
    {
        using HttpResponseMessage answer = await AskAsync(http, key);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("name").GetString();
    }

    static async Task<HttpStatusCode> StatusAsync(HttpClient http, string? key = null)
    {
        using HttpResponseMessage answer = await AskAsync(http, key);
        return answer.StatusCode;
    }

    static Task<HttpResponseMessage> AskAsync(HttpClient http, string? key)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/keys/me");
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http.SendAsync(request);
    }
}
