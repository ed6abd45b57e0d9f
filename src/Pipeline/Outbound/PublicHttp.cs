using System.Net;
using System.Net.Sockets;
using DgxMusic.Pipeline.Activities;

namespace DgxMusic.Pipeline.Outbound;

/// <summary>The name of an address leads to nowhere we call.</summary>
sealed class PrivateAddressException() : Exception("The name leads to an address that is not on the public internet.");

/// <summary>A client for addresses that strangers gave: each name is looked up once a connection, and only what was checked is connected to. It follows nobody elsewhere, keeps no cookies, uses no proxy and waits for ever.</summary>
static class PublicHttp
{
    /// <param name="allows">Says of each address whether it may be connected to; if not, requests fail with <see cref="PrivateAddressException"/> inside.</param>
    public static HttpClient Create(Func<IPAddress, bool> allows, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectCallback = (context, cancel) => ConnectAsync(context.DnsEndPoint, allows, resolve, cancel),
            PooledConnectionLifetime = TimeSpan.FromMinutes(1), ActivityHeadersPropagator = null,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.UserAgent.Add(new("DgxMusic", ProductVersion.Text));
        return http;
    }

    static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, Func<IPAddress, bool> allows, Func<string, CancellationToken, Task<IPAddress[]>> resolve, CancellationToken cancel)
    {
        IPAddress[] found = IPAddress.TryParse(target.Host, out IPAddress? literal) ? [literal] : await resolve(target.Host, cancel);
        IPAddress[] allowed = [.. found.Where(allows)];
        if (allowed.Length == 0 && found.Length > 0) throw new PrivateAddressException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
