using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DgxMusic.Pipeline.Tests.Uploads;

/// <summary>A server on this machine that says what it was told to, byte for byte, and closes.</summary>
public sealed class FileServer : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stop = new();
    readonly Dictionary<string, Func<NetworkStream, Task>> answers = [];
    readonly Task serving;

    public FileServer()
    {
        listener.Start();
        serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Paths asked for, in order.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Heads of the requests, in order.</summary>
    public List<string> Heads { get; } = [];

    public string At(string path, string host = "127.0.0.1") => $"http://{host}:{Port}{path}";

    public void On(string path, Func<NetworkStream, Task> answer) => answers[path] = answer;

    public void On(string path, byte[] content, string headers = "") => On(path, async stream =>
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {content.Length}\r\nConnection: close\r\n{headers}\r\n"));
        await stream.WriteAsync(content);
    });

    public void OnStatus(string path, int status, string headers = "") => On(path, async stream =>
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Said\r\nContent-Length: 0\r\nConnection: close\r\n{headers}\r\n")));

    public void OnRedirect(string path, string location, int status = 302) => OnStatus(path, status, $"Location: {location}\r\n");

    public async ValueTask DisposeAsync()
    {
        if (stop.IsCancellationRequested) return;
        await stop.CancelAsync();
        await serving;
        listener.Stop();
    }

    async Task ServeAsync()
    {
        try
        {
            while (true) await AnswerAsync(await listener.AcceptTcpClientAsync(stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    async Task AnswerAsync(TcpClient client)
    {
        using TcpClient owned = client;
        NetworkStream stream = client.GetStream();
        try
        {
            string head = await HeadAsync(stream), path = head.Split(' ')[1];
            Asked.Add(path);
            Heads.Add(head);
            await answers[path](stream);
        }
        catch (IOException)
        {
            // The other side has heard enough.
        }
    }

    static async Task<string> HeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) > 0) head.Append((char)one[0]);
        return head.ToString();
    }
}
