using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Azure.Core;
using DgxMusic.Pipeline.Gpu;

namespace DgxMusic.Azure.Gpu;

/// <summary>
/// A queue that the platform looks at: a message in it makes the first GPU worker start, and workers that live take the messages away. Spoken over REST, because four requests
/// are all it takes (<see href="https://learn.microsoft.com/rest/api/storageservices/queue-service-rest-api"/>).
/// </summary>
sealed class WakeQueue(HttpClient http, QueueAddress address) : IGpuWaker
{
    /// <summary>One that nobody took away ends by itself, for a worker that is kept up costs.</summary>
    const int LivesSeconds = 600;

    const string Version = "2021-12-02", Scope = "https://storage.azure.com/.default";
    const string Message = "<QueueMessage><MessageText>wake</MessageText></QueueMessage>";

    public async Task WakeAsync(CancellationToken cancel = default)
    {
        if (await CountAsync(cancel) > 0) return;
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Post, "/messages", string.Create(CultureInfo.InvariantCulture, $"messagettl={LivesSeconds}"), Message, cancel);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Takes every message away.</summary>
    public async Task ClearAsync(CancellationToken cancel = default)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Delete, "/messages", "", null, cancel);
        if (answer.StatusCode != HttpStatusCode.NotFound) answer.EnsureSuccessStatusCode();
    }

    /// <summary>Messages that lie there; the queue is made where it is not.</summary>
    async Task<int> CountAsync(CancellationToken cancel)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, "", "comp=metadata", null, cancel);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            using HttpResponseMessage made = await SendAsync(HttpMethod.Put, "", "", null, cancel);
            made.EnsureSuccessStatusCode();
            return 0;
        }

        answer.EnsureSuccessStatusCode();
        return answer.Headers.TryGetValues("x-ms-approximate-messages-count", out IEnumerable<string>? counts) ? int.Parse(counts.First(), CultureInfo.InvariantCulture) : 0;
    }

    async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string query, string? body, CancellationToken cancel)
    {
        string all = string.Join('&', new[] { query, address.Signature }.Where(part => part.Length > 0));
        using var request = new HttpRequestMessage(method, $"{address.Queue.AbsoluteUri}{path}{(all.Length > 0 ? "?" : "")}{all}");
        request.Headers.Add("x-ms-version", Version);
        request.Headers.Add("x-ms-date", DateTimeOffset.UtcNow.ToString("R", CultureInfo.InvariantCulture));
        if (address.Identity is { } identity)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await identity.GetTokenAsync(new TokenRequestContext([Scope]), cancel)).Token);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/xml");
        else if (method == HttpMethod.Put) request.Content = new ByteArrayContent([]);
        return await http.SendAsync(request, cancel);
    }
}
