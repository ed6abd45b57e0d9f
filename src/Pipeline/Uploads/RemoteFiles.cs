using System.Net;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Outbound;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Uploads;

/// <summary>An address gave no file.</summary>
/// <param name="mayPass">Later it might.</param>
sealed class RemoteFailure(string message, bool mayPass) : Exception(message)
{
    public bool MayPass => mayPass;
}

/// <summary>
/// Fetches files from addresses that callers gave, public ones only. It follows up to <see cref="MostRedirects"/> redirects, each of which is held against the same rules, and never from
/// https to http; it takes what comes, not what was announced.
/// </summary>
public sealed class RemoteFiles : IDisposable
{
    public const int MostRedirects = 5;

    const int BlockBytes = 64 << 10;

    readonly HttpClient http;
    readonly UploadOptions options;
    readonly Func<IPAddress, bool> allows;

    public RemoteFiles(IOptions<UploadOptions> options)
        : this(options.Value, PublicAddresses.Allowed(options.Value.AllowPrivateAddresses), Dns.GetHostAddressesAsync)
    {
    }

    internal RemoteFiles(UploadOptions options, Func<IPAddress, bool> allows, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        (this.options, this.allows, http) = (options, allows, PublicHttp.Create(allows, resolve));
        http.DefaultRequestHeaders.Accept.ParseAdd("audio/*, */*;q=0.5");
    }

    /// <returns>What is wrong with an address before anything is fetched from it, or null.</returns>
    public string? FaultOf(string url) => FaultOf(url, "'source_url'");

    /// <param name="take">Takes the file's name, where it has one, and writes its bytes by the function given; called once.</param>
    /// <exception cref="RemoteFailure">No file came.</exception>
    /// <exception cref="PipelineException"><see cref="Problem.AddressRefused"/>, <see cref="Problem.BodyTooLarge"/>, and what <paramref name="take"/> throws.</exception>
    internal async Task<T> FetchAsync<T>(string url, Func<string?, Func<Stream, Task>, Task<T>> take, CancellationToken cancel)
    {
        using var patience = new Patience(options, cancel);
        using HttpResponseMessage answer = await AskAsync(url, patience);
        if (answer.StatusCode != HttpStatusCode.OK) throw Answered(answer.StatusCode);
        if (answer.Content.Headers.ContentLength > Intake.MostBytes) throw Intake.TooLarge();
        string? name = RemoteNames.Of(answer.Content.Headers.ContentDisposition, new(url), answer.RequestMessage!.RequestUri!);
        return await take(name, target => CopyAsync(answer, target, patience, cancel));
    }

    public void Dispose() => http.Dispose();

    string? FaultOf(string url, string name) => PublicAddresses.FaultOf(url, name, "Uploads:AllowPrivateAddresses", allows);

    /// <summary>The first answer that sends nowhere else.</summary>
    async Task<HttpResponseMessage> AskAsync(string url, Patience patience)
    {
        var address = new Uri(url);
        for (int hops = 0; ; hops++)
        {
            if (FaultOf(address.AbsoluteUri, hops == 0 ? "The address" : "The redirect") is { } fault) throw new PipelineException(Problem.AddressRefused, fault);
            HttpResponseMessage answer = await SendAsync(address, patience);
            if (NextOf(answer, address) is not { } next) return answer;
            answer.Dispose();
            if (hops == MostRedirects) throw new PipelineException(Problem.AddressRefused, $"The address leads on and on; {MostRedirects} redirects are followed.");
            if (address.Scheme == Uri.UriSchemeHttps && next.Scheme == Uri.UriSchemeHttp) throw new PipelineException(Problem.AddressRefused, "The address leads from https to http, which is not followed.");
            address = next;
        }
    }

    static Uri? NextOf(HttpResponseMessage answer, Uri address)
    {
        bool leadsOn = answer.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
        return leadsOn && answer.Headers.Location is { } location ? new Uri(address, location) : null;
    }

    async Task<HttpResponseMessage> SendAsync(Uri address, Patience patience)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, address);
        try
        {
            return await patience.WaitAsync(stop => http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, stop));
        }
        catch (HttpRequestException fault) when (fault.InnerException is PrivateAddressException refused)
        {
            throw new PipelineException(Problem.AddressRefused, refused.Message);
        }
        catch (HttpRequestException fault)
        {
            throw new RemoteFailure($"The server could not be reached: {fault.HttpRequestError}.", mayPass: fault.HttpRequestError is not HttpRequestError.SecureConnectionError);
        }
    }

    /// <summary>A target that fails is not the server's fault, so only reading is watched.</summary>
    static async Task CopyAsync(HttpResponseMessage answer, Stream target, Patience patience, CancellationToken cancel)
    {
        byte[] block = new byte[BlockBytes];
        await using Stream source = await answer.Content.ReadAsStreamAsync(cancel);
        while (await ReadAsync(source, block, patience) is > 0 and int count) await target.WriteAsync(block.AsMemory(0, count), cancel);
    }

    static async Task<int> ReadAsync(Stream source, byte[] block, Patience patience)
    {
        try
        {
            return await patience.WaitAsync(stop => source.ReadAsync(block, stop).AsTask());
        }
        catch (IOException)
        {
            throw new RemoteFailure("The file broke off before its end.", mayPass: true);
        }
    }

    static RemoteFailure Answered(HttpStatusCode status) => new(
        $"The server answered {(int)status} instead of giving the file.", mayPass: status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500);
}
