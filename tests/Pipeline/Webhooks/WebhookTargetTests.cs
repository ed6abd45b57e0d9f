using System.Net;
using System.Text;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Webhooks;

namespace DgxMusic.Pipeline.Tests.Webhooks;

/// <summary>No address named here is ever connected to: each is refused before.</summary>
public sealed class WebhookTargetTests
{
    [Theory]
    [InlineData("ftp://example.com/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("example.com/hook")]
    [InlineData("/hook")]
    [InlineData("http://")]
    [InlineData("https://user:word@example.com/")]
    [InlineData("http://localhost:8080/")]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://127.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://0.0.0.0/")]
    [InlineData("http://10.1.2.3/")]
    [InlineData("http://100.64.0.1/")]
    [InlineData("http://172.31.255.255/")]
    [InlineData("http://192.168.0.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[64:ff9b::a9fe:a9fe]/")]
    [InlineData("http://[2002:7f00:1::]/")]
    [InlineData("http://224.0.0.1/")]
    public void Address_ThatIsNotTheInternets_IsRefused(string url) => Assert.NotNull(WebhookTarget.FaultOf(url, allowPrivate: false));

    [Theory]
    [InlineData("https://example.com/hook?token=1")]
    [InlineData("http://example.com:8080")]
    [InlineData("http://8.8.8.8/")]
    [InlineData("http://172.32.0.1/")]
    [InlineData("http://[2606:4700::1111]/")]
    public void Address_OfTheInternet_IsTaken(string url) => Assert.Null(WebhookTarget.FaultOf(url, allowPrivate: false));

    [Fact]
    public void Address_OwnNetwork_IsTakenWhereTheSettingsSaySo()
    {
        Assert.Null(WebhookTarget.FaultOf("http://127.0.0.1:9/", allowPrivate: true));
        Assert.NotNull(WebhookTarget.FaultOf("gopher://127.0.0.1/", allowPrivate: true));
        Assert.NotNull(WebhookTarget.FaultOf("http://example.com/" + new string('a', WebhookTarget.LongestUrl), allowPrivate: true));
    }

    [Theory]
    [InlineData("10.0.0.7")]
    [InlineData("127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    public async Task Name_ThatLeadsInside_IsRefusedWhenItIsConnectedTo(string address)
    {
        using var client = new WebhookClient(new(), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(address)]));
        WebhookAnswer answer = await client.PostAsync("http://rebound.example/", [], new Dictionary<string, string>(), CancellationToken.None);
        Assert.True(answer.IsRefused);
        Assert.Contains("public", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Sign_IsHmacSha256OfTimestampAndBody() =>
        // echo -n '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec_test
        Assert.Equal("t=1700000000,v1=38877139021993b830af32feea6e18a8da83eb2f6e49ee50bd9e4cf4ca4d3789", WebhookSecrets.Sign("whsec_test", 1_700_000_000, Encoding.UTF8.GetBytes("""{"a":1}""")));

    [Fact]
    public async Task Secret_IsDrawnOnceACallerAndChangesWhenRotated()
    {
        var secrets = new WebhookSecrets(new MemoryCatalog(), new TestClock());
        WebhookSecret[] drawn = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => secrets.GetAsync("anna")));
        Assert.Single(drawn.Distinct());
        Assert.NotEqual(drawn[0].Secret, (await secrets.GetAsync("bert")).Secret);
        WebhookSecret rotated = await secrets.RotateAsync("anna");
        Assert.NotEqual(drawn[0].Secret, rotated.Secret);
        Assert.Equal(rotated, await secrets.GetAsync("anna"));
    }
}
