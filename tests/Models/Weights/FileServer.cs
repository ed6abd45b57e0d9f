using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DgxMusic.Models.Tests.Weights;

/// <summary>A web server on this machine that holds one file and has the faults that a test asks for.</summary>
sealed class FileServer : IDisposable
{
    readonly HttpListener listener = new();
    readonly CancellationTokenSource stop = new();

    public FileServer(byte[] content)
    {
        Content = content;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        }

        listener.Prefixes.Add(Address.ToString());
        listener.Start();
        _ = ServeAsync();
    }

    public Uri Address { get; }

    public byte[] Content { get; set; }

    public string ETag { get; set; } = "\"one\"";

    public bool Ranges { get; set; } = true;

    /// <summary>Statuses to answer with before the file is served.</summary>
    public ConcurrentQueue<int> Statuses { get; } = new();

    /// <summary>After how many bytes of an answer to cut the connection, one number an answer.</summary>
    public ConcurrentQueue<int> Cuts { get; } = new();

    /// <summary>Does not say how long the file is.</summary>
    public bool Chunked { get; set; }

    /// <summary>Answers nothing at all.</summary>
    public bool Silent { get; set; }

    /// <summary>Where to send everybody, and the hash to announce with it.</summary>
    public (string Location, string? Sha256)? Redirection { get; set; }

    /// <summary>What was asked for: path, then the Range header or nothing.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public void Dispose()
    {
        if (stop.IsCancellationRequested) return;
        stop.Cancel();
        listener.Close();
    }

    async Task ServeAsync()
    {
        try
        {
            while (true) _ = AnswerAsync(await listener.GetContextAsync());
        }
        catch (Exception fault) when (fault is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed.
        }
    }

    async Task AnswerAsync(HttpListenerContext context)
    {
        string? range = context.Request.Headers["Range"];
        Requests.Enqueue($"{context.Request.Url!.AbsolutePath} {range}".TrimEnd());
        try
        {
            if (Silent) await Task.Delay(Timeout.Infinite, stop.Token);
            if (Statuses.TryDequeue(out int status)) context.Response.StatusCode = status;
            else if (Redirection is { } redirection && context.Request.Url.AbsolutePath != "/final") Redirect(context.Response, redirection);
            else await SendAsync(context, range);
            context.Response.Close();
        }
        catch (Exception fault) when (fault is HttpListenerException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            context.Response.Abort();
        }
    }

    static void Redirect(HttpListenerResponse response, (string Location, string? Sha256) redirection)
    {
        response.StatusCode = 302;
        response.Headers["Location"] = redirection.Location;
        if (redirection.Sha256 is { } digest) response.Headers["X-Linked-Etag"] = $"\"{digest}\"";
    }

    async Task SendAsync(HttpListenerContext context, string? range)
    {
        byte[] content = Content;
        int from = 0;
        if (Ranges && range is not null && context.Request.Headers["If-Range"] == ETag)
        {
            from = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            context.Response.StatusCode = 206;
            context.Response.Headers["Content-Range"] = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }

        if (Ranges) context.Response.Headers["ETag"] = ETag;
        context.Response.SendChunked = Chunked;
        if (!Chunked) context.Response.ContentLength64 = content.Length - from;
        int most = Cuts.TryDequeue(out int cut) ? cut : int.MaxValue;
        await context.Response.OutputStream.WriteAsync(content.AsMemory(from, Math.Min(content.Length - from, most)), stop.Token);
        if (most >= content.Length - from) return;
        await context.Response.OutputStream.FlushAsync(stop.Token);
        await Task.Delay(50, stop.Token);
        context.Response.Abort();
    }
}
