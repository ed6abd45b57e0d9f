using System.Net;
using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Tests.Uploads;

/// <summary>Which addresses are called. 127.0.0.1 plays the internet here, and 127.0.0.2 what must not be reached.</summary>
public sealed class RemoteFilesTests : IAsyncLifetime
{
    static readonly IPAddress outside = IPAddress.Loopback, inside = IPAddress.Parse("127.0.0.2");
    readonly FileServer server = new();
    readonly Dictionary<string, IPAddress[]> names = new() { ["out.example"] = [outside], ["in.example"] = [inside], ["both.example"] = [inside, outside] };
    readonly List<string> resolved = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Theory, InlineData("out.example"), InlineData("both.example"), InlineData("127.0.0.1")]
    public async Task Fetch_AddressOfTheInternet_IsCalled(string name)
    {
        server.On("/a", "music"u8.ToArray());
        Assert.Equal("music", await FetchAsync(server.At("/a", name)));
        Assert.Equal(name == "127.0.0.1" ? [] : [name], resolved);   // looked up once
    }

    [Theory, InlineData("http://in.example/a"), InlineData("http://127.0.0.2/a"), InlineData("http://[::ffff:127.0.0.2]/a")]
    public async Task Fetch_AddressInside_IsRefusedUncalled(string url) => await RefusedAsync(url);

    [Theory, InlineData("http://in.example/a"), InlineData("http://127.0.0.2/a"), InlineData("file:///etc/passwd"), InlineData("ftp://out.example/a"), InlineData("http://user:word@out.example/a"), InlineData("//in.example/a")]
    public async Task Fetch_RedirectInside_IsRefused(string location)
    {
        server.OnRedirect("/a", location);
        await RefusedAsync(server.At("/a", "out.example"));
        Assert.Equal(["/a"], server.Asked);
    }

    /// <summary>A name that leads elsewhere the second time is looked up again for the second hop, and refused then.</summary>
    [Fact]
    public async Task Fetch_NameThatChangesItsMind_IsRefused()
    {
        server.On("/a", stream =>
        {
            names["out.example"] = [inside];
            return stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 302 There\r\nLocation: /b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")).AsTask();
        });
        server.On("/b", "secret"u8.ToArray());
        await RefusedAsync(server.At("/a", "out.example"));
        Assert.Equal(["/a"], server.Asked);
    }

    [Fact]
    public async Task Fetch_ServerThatSaysNothing_IsLeft()
    {
        var hold = new TaskCompletionSource();
        server.On("/a", async stream =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"u8.ToArray());
            await hold.Task;
        });
        RemoteFailure failure = await Assert.ThrowsAsync<RemoteFailure>(() => FetchAsync(server.At("/a"), new() { SilenceSeconds = 1 }));
        hold.SetResult();
        Assert.True(failure.MayPass);
        Assert.Contains("1 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_ServerThatDribbles_IsLeftWhenItsTimeIsUp()
    {
        server.On("/a", async stream =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"u8.ToArray());
            while (true) await stream.WriteAsync("a"u8.ToArray());
        });
        RemoteFailure failure = await Assert.ThrowsAsync<RemoteFailure>(() => FetchAsync(server.At("/a"), new() { FetchTimeoutSeconds = 1 }));
        Assert.False(failure.MayPass);
    }

    [Fact]
    public async Task Fetch_WeStop_IsNoFaultOfTheServer()
    {
        using var stop = new CancellationTokenSource();
        server.On("/a", async stream =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"u8.ToArray());
            await stop.CancelAsync();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FetchAsync(server.At("/a"), cancel: stop.Token));
    }

    [Fact]
    public async Task Fetch_NobodyThere_MayPass()
    {
        string gone = server.At("/a");
        await server.DisposeAsync();
        Assert.True((await Assert.ThrowsAsync<RemoteFailure>(() => FetchAsync(gone))).MayPass);
    }

    [Fact]
    public async Task Fetch_TargetThatFails_IsNoFaultOfTheServer()
    {
        server.On("/a", "music"u8.ToArray());
        using RemoteFiles files = Files(new());
        await Assert.ThrowsAsync<IOException>(() => files.FetchAsync(server.At("/a"), (_, _) => Task.FromException<bool>(new IOException("the disk is full")), default));
    }

    async Task RefusedAsync(string url)
    {
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => FetchAsync(url));
        Assert.Equal(Problem.AddressRefused, refusal.Problem);
    }

    async Task<string> FetchAsync(string url, UploadOptions? options = null, CancellationToken cancel = default)
    {
        using RemoteFiles files = Files(options ?? new());
        return await files.FetchAsync(url, async (_, content) =>
        {
            var target = new MemoryStream();
            await content(target);
            return Encoding.UTF8.GetString(target.ToArray());
        }, cancel);
    }

    RemoteFiles Files(UploadOptions options) => new(options, address => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).Equals(outside), (name, _) =>
    {
        resolved.Add(name);
        return Task.FromResult(names[name]);
    });
}
