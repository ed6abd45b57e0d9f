using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Contracts;
using DgxMusic.LocalHost.Commands;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>Whose jobs a command is about.</summary>
/// <param name="Data">A data folder of this machine.</param>
/// <param name="Server">Address of a server; null: whoever has the folder, else this process.</param>
/// <param name="Key">For that server; null without one.</param>
sealed record GatewayTarget(string Data, Uri? Server, string? Key);

/// <summary>A file that was handed in, as requests name it.</summary>
/// <param name="Field">Of the request.</param>
/// <param name="Value">Of that field.</param>
/// <param name="Address">What is deleted to take it back.</param>
sealed record SentFile(string Field, string Value, string Address)
{
    public static SentFile Of(string uploadId) => new("upload_id", uploadId, $"{Links.Root}/uploads/{uploadId}");

    public static SentFile Of(BlobRef blob) => new("blob", blob.ToString(), $"{Links.Root}/storage/files?path={Uri.EscapeDataString(blob.ToString())}");
}

/// <summary>The API as the command line uses it: of a server elsewhere, of the server that holds the data folder, or of this process.</summary>
sealed class Gateway : IAsyncDisposable
{
    /// <summary>Starting work twice is prevented by its key, so that a connection that broke is no reason to give up.</summary>
    const int Attempts = 4;
    static readonly TimeSpan patience = TimeSpan.FromSeconds(100), patienceForFiles = TimeSpan.FromHours(2);
    readonly HttpClient http;
    readonly FolderBlobStore? store;
    /// <summary>For addresses that a server's store gave out: they are a right by themselves, and its key is none of the store's business.</summary>
    static readonly HttpClient stores = new() { Timeout = Timeout.InfiniteTimeSpan };

    readonly UploadDesk? own;
    readonly Func<ValueTask> close;

    /// <param name="own">Of this process; null: it is another's.</param>
    Gateway(HttpClient http, FolderBlobStore? store, TimeSpan lookInterval, Func<ValueTask> close, UploadDesk? own = null) =>
        (this.http, this.store, LookInterval, this.close, this.own) = (http, store, lookInterval, close, own);

    /// <summary>How often to ask for what changes.</summary>
    public TimeSpan LookInterval { get; }

    /// <param name="engines">What engines are to be like if they run in this process; null: as the settings say.</param>
    /// <exception cref="PipelineException"><see cref="Problem.DataInUse"/>: another command works in that folder; <see cref="Problem.InvalidRequest"/>: its engines are a server's.</exception>
    public static async Task<Gateway> OpenAsync(GatewayTarget target, CancellationToken cancel, OwnEngines? engines = null)
    {
        if (target.Server is { } server) return OfServer(OwnEngines.Refuse(engines, server), target.Key, null);
        if (DataFolder.FindHolder(target.Data) is { Port: { } port } holder)
            return OfServer(OwnEngines.Refuse(engines, new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"))), target.Key, new(target.Data, holder.Outputs));

        InProcessApi api = await InProcessApi.StartAsync(DataFolder.Take(target.Data), cancel, engines);
        var http = new HttpClient(new InProcessHandler(api.Services)) { BaseAddress = new("http://localhost"), Timeout = Timeout.InfiniteTimeSpan };
        return new(http, api.Services.GetRequiredService<FolderBlobStore>(), TimeSpan.FromMilliseconds(50), api.DisposeAsync, api.Services.GetRequiredService<UploadDesk>());
    }

    /// <exception cref="PipelineException">What the API refuses with; <see cref="Problem.NotReady"/>: nobody answers.</exception>
    public async Task<T> GetAsync<T>(string address, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await SendAsync(() => new(HttpMethod.Get, address), HttpCompletionOption.ResponseContentRead, cancel);
        return await ReadAsync<T>(answer, cancel);
    }

    /// <param name="body">Sent as JSON; null sends none.</param>
    /// <inheritdoc cref="GetAsync" path="/exception"/>
    public async Task<T> SendAsync<T>(HttpMethod method, string address, object? body, CancellationToken cancel)
    {
        string key = Guid.NewGuid().ToString("N");
        using HttpResponseMessage answer = await SendAsync(Request, HttpCompletionOption.ResponseContentRead, cancel);
        return answer.StatusCode == HttpStatusCode.NoContent ? default! : await ReadAsync<T>(answer, cancel);

        HttpRequestMessage Request()
        {
            var request = new HttpRequestMessage(method, address) { Content = body is null ? null : JsonContent.Create(body, options: ApiJson.Options) };
            if (method == HttpMethod.Post) request.Headers.Add("Idempotency-Key", key);
            return request;
        }
    }

    /// <summary>Hands a file in: to an address of its own, or, where it is larger than addresses take and the store is this process's, into that.</summary>
    /// <param name="told">Told the part that is sent, 0 to 1.</param>
    /// <inheritdoc cref="GetAsync" path="/exception"/>
    public async Task<SentFile> SendFileAsync(string path, Action<double> told, CancellationToken cancel)
    {
        long bytes = new FileInfo(path).Length;
        string name = Path.GetFileName(path);
        if (own is not null && bytes > Intake.MostBytes)
        {
            await using var file = new ToldStream(path, told);
            return SentFile.Of((await own.ReceiveAsync(name, target => file.CopyToAsync(target, cancel), cancel)).Blob);
        }

        UploadAddress address = await SendAsync<UploadAddress>(HttpMethod.Post, $"{Links.Root}/uploads", new { file_name = name, bytes }, cancel);
        var sent = SentFile.Of(address.UploadId);
        try
        {
            using HttpResponseMessage answer = await SendAsync(
                () => Put(address, new StreamContent(new ToldStream(path, told))), HttpCompletionOption.ResponseContentRead, cancel, patienceForFiles, address.Headers.Count > 0 ? stores : null);
            await EnsureAsync(answer, cancel);
        }
        catch (PipelineException refusal) when (refusal.Problem == Problem.UploadState)
        {
            // The answer to an earlier attempt was lost on its way; nobody else knows the address.
        }
        catch
        {
            await DropAsync(sent);
            throw;
        }

        return sent;
    }

    /// <summary>Takes a file back that nothing came of.</summary>
    public async Task DropAsync(SentFile file)
    {
        try
        {
            await SendAsync<object>(HttpMethod.Delete, file.Address, null, CancellationToken.None);
        }
        catch (PipelineException)
        {
            // Retention takes it.
        }
    }

    /// <summary>Brings a file of a job to this machine.</summary>
    /// <param name="folder">Null leaves it where it lies, if that is on this machine.</param>
    /// <returns>Its absolute path.</returns>
    public async Task<string> FetchAsync(FileLink file, string? folder, string name, CancellationToken cancel)
    {
        if (store is not null)
        {
            string path = store.PathOf(BlobRef.Parse(file.Path));
            return folder is null ? path : FileCopies.Copy(path, Path.Combine(folder, name));
        }

        using HttpResponseMessage answer = await SendAsync(() => new(HttpMethod.Get, file.Url), HttpCompletionOption.ResponseHeadersRead, cancel);
        await EnsureAsync(answer, cancel);
        string target = Path.GetFullPath(Path.Combine(folder ?? ".", name));
        await FileCopies.WriteAsync(target, stream => answer.Content.CopyToAsync(stream, cancel));
        return target;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await close();
    }

    static Gateway OfServer(Uri address, string? key, FolderBlobStore? store)
    {
        var http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        if (key is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return new(http, store, TimeSpan.FromMilliseconds(store is null ? 500 : 100), () => ValueTask.CompletedTask);
    }

    static HttpRequestMessage Put(UploadAddress address, HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, address.UploadUrl) { Content = content };
        foreach ((string name, string value) in address.Headers) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    /// <param name="through">Who sends it; null: as everything else, with the key.</param>
    async Task<HttpResponseMessage> SendAsync(
        Func<HttpRequestMessage> request, HttpCompletionOption completion, CancellationToken cancel, TimeSpan? longest = null, HttpClient? through = null)
    {
        TimeSpan limit = longest ?? patience;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                using HttpRequestMessage message = request();
                using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                ending.CancelAfter(limit);
                return await (through ?? http).SendAsync(message, completion, ending.Token);
            }
            catch (HttpRequestException) when (attempt < Attempts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100 << attempt), cancel);
            }
            catch (HttpRequestException fault)
            {
                throw new PipelineException(Problem.NotReady, $"No server answers at {http.BaseAddress}: {fault.Message}");
            }
            catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new PipelineException(Problem.NotReady, $"{http.BaseAddress} did not answer within {limit.TotalSeconds:F0} s.");
            }
        }
    }

    static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancel)
    {
        await EnsureAsync(answer, cancel);
        try
        {
            return (await answer.Content.ReadFromJsonAsync<T>(ApiJson.Options, cancel))!;
        }
        catch (JsonException)
        {
            throw new PipelineException(Problem.NotReady, $"What answers at {answer.RequestMessage?.RequestUri} is not this API, or another version of it.");
        }
    }

    static async Task EnsureAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        if (answer.IsSuccessStatusCode) return;
        ErrorBody? error = null;
        try
        {
            error = await answer.Content.ReadFromJsonAsync<ErrorBody>(ApiJson.Options, cancel);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // A proxy in between answers in its own words.
        }

        if (error?.Code is null) throw new PipelineException(Problem.NotReady, $"{answer.RequestMessage?.RequestUri} answers {(int)answer.StatusCode} {answer.ReasonPhrase}.");
        Problem problem = Problem.BySlug.GetValueOrDefault(error.Code.Replace('_', '-').ToLowerInvariant()) ?? Problem.Internal;
        throw new PipelineException(problem, error.Error, error.Details);
    }
}
