using System.Collections.Concurrent;
using System.Net;

namespace DgxMusic.LocalHost.Tests.Hosting;

/// <summary>Somebody on this machine who is told of jobs.</summary>
sealed class Receiver : IDisposable
{
    readonly HttpListener listener = new();

    public Receiver()
    {
        for (int port = 20_000 + (Environment.ProcessId % 20_000); ; port++)
        {
            listener.Prefixes.Clear();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                Url = $"http://127.0.0.1:{port}/hook";
                break;
            }
            catch (HttpListenerException)
            {
                // Taken.
            }
        }

        _ = Task.Run(ServeAsync);
    }

    public string Url { get; }

    /// <summary>What it answers, by the number of the message from 0; 200 unless given.</summary>
    public Func<int, int> Answer { get; set; } = _ => 200;

    public ConcurrentQueue<(string Delivery, string Signature, string Event, byte[] Body)> Heard { get; } = new();

    public void Dispose() => listener.Close();

    async Task ServeAsync()
    {
        for (int n = 0; ; n++)
        {
            HttpListenerContext http;
            try
            {
                http = await listener.GetContextAsync();
            }
            catch (Exception) when (!listener.IsListening)
            {
                return;
            }

            var body = new MemoryStream();
            await http.Request.InputStream.CopyToAsync(body);
            Heard.Enqueue((http.Request.Headers["X-Dgx-Delivery"]!, http.Request.Headers["X-Dgx-Signature"]!, http.Request.Headers["X-Dgx-Event"]!, body.ToArray()));
            http.Response.StatusCode = Answer(n);
            if (http.Response.StatusCode is >= 300 and < 400) http.Response.RedirectLocation = Url + "/elsewhere";
            http.Response.Close();
        }
    }
}
