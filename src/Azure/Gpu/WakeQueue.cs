using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Xml.Linq;
using Azure.Core;
using DgxMusic.Pipeline.Gpu;

namespace DgxMusic.Azure.Gpu;

/// <summary>
/// A queue that the platform looks at: a message in it makes the first GPU worker start, and workers that live take the messages away. One that works leaves a message of
/// its own, so that the platform lets it live. Spoken over REST, because six requests are all it takes
/// (<see href="https://learn.microsoft.com/rest/api/storageservices/queue-service-rest-api"/>).
/// </summary>
sealed class WakeQueue(HttpClient http, QueueAddress address) : IGpuWaker
{
    /// <summary>One that nobody took away ends by itself, for a worker that is kept up costs.</summary>
    const int LivesSeconds = 600;

    /// <summary>Of one trial, should it not be able to remove what it put there.</summary>
    const int TriedSeconds = 1;

    /// <summary>As many as one request takes.</summary>
    const int Batch = 32;

    const string Version = "2021-12-02", Scope = "https://storage.azure.com/.default";
    const string Wake = "wake", Busy = "busy", Trial = "trial";

    sealed record Message(string Id, string Receipt, string Text);

    public Uri Address => address.Queue;

    public async Task WakeAsync(CancellationToken cancel = default)
    {
        if (await CountAsync(cancel) == 0) await PutAsync(Wake, LivesSeconds, cancel);
    }

    /// <summary>Says that a worker is at work, which counts as asking for one.</summary>
    /// <param name="lasts">A little less than until it is said again: two messages would ask for two workers.</param>
    public Task HoldAsync(TimeSpan lasts, CancellationToken cancel = default) => PutAsync(Busy, (int)lasts.TotalSeconds, cancel);

    /// <summary>Takes every message away that asks for a worker; those of workers stay.</summary>
    public async Task ClearAsync(CancellationToken cancel = default)
    {
        while (true)
        {
            // Nobody else is given them meanwhile; what is left is there again a second later.
            Message[] asking = [.. (await TakeAsync(cancel)).Where(message => message.Text == Wake)];
            if (asking.Length == 0) return;
            foreach (Message message in asking) await RemoveAsync(message, cancel);
        }
    }

    /// <summary>Puts a message there and removes it.</summary>
    public async Task TryAsync(CancellationToken cancel)
    {
        await CountAsync(cancel);
        await RemoveAsync(await PutAsync(Trial, TriedSeconds, cancel), cancel);
    }

    async Task<Message> PutAsync(string text, int seconds, CancellationToken cancel)
    {
        string query = string.Create(CultureInfo.InvariantCulture, $"messagettl={seconds}"), body = $"<QueueMessage><MessageText>{text}</MessageText></QueueMessage>";
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Post, "/messages", query, body, cancel);
        answer.EnsureSuccessStatusCode();
        return (await MessagesAsync(answer, cancel)).Single() with { Text = text };
    }

    async Task<Message[]> TakeAsync(CancellationToken cancel)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, "/messages", string.Create(CultureInfo.InvariantCulture, $"numofmessages={Batch}&visibilitytimeout=1"), null, cancel);
        if (answer.StatusCode == HttpStatusCode.NotFound) return [];
        answer.EnsureSuccessStatusCode();
        return await MessagesAsync(answer, cancel);
    }

    async Task RemoveAsync(Message message, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Delete, $"/messages/{message.Id}", $"popreceipt={Uri.EscapeDataString(message.Receipt)}", null, cancel);
        // Gone by itself, or taken by another worker, which removes it.
        if (answer.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.BadRequest)) answer.EnsureSuccessStatusCode();
    }

    static async Task<Message[]> MessagesAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        XDocument list = await XDocument.LoadAsync(await answer.Content.ReadAsStreamAsync(cancel), LoadOptions.None, cancel);
        return [.. list.Descendants("QueueMessage").Select(message => new Message((string)message.Element("MessageId")!, (string)message.Element("PopReceipt")!, (string?)message.Element("MessageText") ?? ""))];
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
