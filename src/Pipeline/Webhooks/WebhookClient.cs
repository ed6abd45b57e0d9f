using System.Net;
using System.Net.Http.Headers;
using DgxMusic.Pipeline.Outbound;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Webhooks;

/// <param name="Status">HTTP; null where no answer came.</param>
/// <param name="IsRefused">The address is none we send to; trying again changes nothing.</param>
public sealed record WebhookAnswer(int? Status, string? Error, bool IsRefused = false);

/// <summary>Sends messages to addresses that strangers gave: to public ones only, looked up anew for each connection, following nobody elsewhere, reading nothing of the answer but its status.</summary>
public sealed class WebhookClient : IDisposable
{
    readonly HttpClient http;
    readonly WebhookOptions options;

    public WebhookClient(IOptions<WebhookOptions> options)
        : this(options.Value, Dns.GetHostAddressesAsync)
    {
    }

    internal WebhookClient(WebhookOptions options, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        this.options = options;
        http = PublicHttp.Create(PublicAddresses.Allowed(options.AllowPrivateAddresses), resolve);
    }

    /// <param name="headers">Besides the content's type.</param>
    public async Task<WebhookAnswer> PostAsync(string url, byte[] body, IReadOnlyDictionary<string, string> headers, CancellationToken cancel)
    {
        // By the machine's own time: a network does not wait for anybody's clock.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(options.TimeoutSeconds));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        using var message = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach ((string name, string value) in headers) message.Headers.Add(name, value);
        try
        {
            using HttpResponseMessage answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            return new((int)answer.StatusCode, answer.IsSuccessStatusCode ? null : $"The receiver answered {(int)answer.StatusCode}.");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new(null, $"No answer within {options.TimeoutSeconds} s.");
        }
        catch (HttpRequestException fault) when (fault.InnerException is PrivateAddressException refused)
        {
            return new(null, refused.Message, IsRefused: true);
        }
        catch (HttpRequestException fault)
        {
            return new(null, $"The receiver could not be reached: {fault.HttpRequestError}.");
        }
    }

    public void Dispose() => http.Dispose();
}
