using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using DgxMusic.Contracts;

namespace DgxMusic.Models.Weights;

/// <summary>
/// One file over HTTP into <c>NAME.part</c>. What a broken connection left is continued, as long as the server says that the file is still the same
/// (RFC 9110, 13.1.5 If-Range and 14.2 Range); beside it, <c>NAME.part.json</c> remembers which file that was.
/// </summary>
sealed class Download(Uri address, string part, ModelFile file, DownloadRules rules, Action<long, long?> report)
{
    const int BlockBytes = 1 << 17;
    static readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(30), AutomaticDecompression = DecompressionMethods.None })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { UserAgent = { new ProductInfoHeaderValue("DgxMusic", typeof(Download).Assembly.GetName().Version!.ToString(3)) } },
    };

    /// <summary>The version of the file that the part belongs to.</summary>
    sealed record PartFacts(string Address, string? ETag, DateTimeOffset? LastModified, long? TotalBytes, string? Sha256);

    /// <summary>The SHA-256 that the server announced; null if it announced none.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.DownloadFailed"/>, <see cref="Problem.HashMismatch"/> for a file of another size, <see cref="Problem.StorageWriteFailed"/>.</exception>
    public async Task<string?> RunAsync(CancellationToken cancel)
    {
        TimeSpan delay = rules.FirstDelay;
        for (int failures = 0; ;)
        {
            long before = PartLength();
            try
            {
                return await ContinueAsync(cancel);
            }
            catch (Exception fault) when (fault is HttpRequestException or DownloadBroken || (fault is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                (failures, delay) = PartLength() > before ? (1, rules.FirstDelay) : (failures + 1, delay);
                string advice = PartLength() > 0 ? "What arrived is kept: install again to go on from there" : "If you have the file, or know another place, use --from";
                if (failures >= rules.Attempts) throw Failed($"{Reason(fault)}, {failures} times in a row. {advice}");
                await Task.Delay(delay, cancel);
                delay *= 2;
            }
        }
    }

    /// <summary>Removes a part and what is remembered about it.</summary>
    public static void Discard(string part)
    {
        File.Delete(part);
        File.Delete(FactsOf(part));
    }

    /// <exception cref="PipelineException"><see cref="Problem.StorageWriteFailed"/>: there is not room for so many bytes more.</exception>
    public static void CheckSpace(string path, long bytes, DownloadRules rules)
    {
        long free = rules.FreeBytes(Path.GetDirectoryName(path)!);
        if (free >= bytes + rules.SpareBytes) return;
        string numbers = $"{Path.GetFileNameWithoutExtension(path)} needs {Megabytes(bytes + rules.SpareBytes)} MB more and the disk has {Megabytes(free)} MB free";
        throw new PipelineException(Problem.StorageWriteFailed, $"{numbers}; make room, or choose another folder for models.");
    }

    async Task<string?> ContinueAsync(CancellationToken cancel)
    {
        PartFacts? facts = ReadFacts();
        if (facts is { TotalBytes: { } all } && PartLength() == all) return facts.Sha256;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(rules.StallTime);
        (HttpResponseMessage response, string? announced) = await RequestAsync(facts, patience.Token);
        using HttpResponseMessage owned = response;
        long from = CheckStart(response, facts);
        long? total = response.Content.Headers.ContentRange?.Length ?? (response.Content.Headers.ContentLength is { } rest ? from + rest : null);
        if (file.Bytes is { } expected && total is { } stated && stated != expected)
            throw new PipelineException(Problem.HashMismatch, $"{Shown} has {stated} bytes; the published {file.Name} has {expected}. Install it from another place.");
        CheckSpace(part, (total ?? file.AboutBytes) - from, rules);
        string? sha256 = announced ?? (from > 0 ? facts?.Sha256 : null);

        // In this order a crash never leaves the bytes of one version beside the facts of another.
        if (from == 0) File.Delete(part);
        WriteFacts(new PartFacts(address.AbsoluteUri, response.Headers.ETag is { IsWeak: false } tag ? tag.ToString() : null, response.Content.Headers.LastModified, total, sha256));
        await using FileStream target = new(part, from == 0 ? FileMode.CreateNew : FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
        target.Position = from;
        await ReceiveAsync(response, target, total, patience, cancel);
        return sha256;
    }

    /// <summary>The byte that the answer starts at: where the part ends, or 0 if the server sends the file from its beginning.</summary>
    long CheckStart(HttpResponseMessage response, PartFacts? facts)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                return 0;
            case HttpStatusCode.PartialContent when facts is not null && response.Content.Headers.ContentRange?.From == PartLength()
                && (response.Headers.ETag is null || facts.ETag is null || response.Headers.ETag.ToString() == facts.ETag):
                return PartLength();
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable:
                Discard(part);
                throw new DownloadBroken("the server continued another file");
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError:
                throw new DownloadBroken($"the server answered {(int)response.StatusCode}");
            default:
                throw Failed($"the server answered {(int)response.StatusCode} {response.ReasonPhrase}. If you have the file, or know another place, use --from");
        }
    }

    /// <summary>Asks for the file, or for what is missing of it, and follows redirections.</summary>
    async Task<(HttpResponseMessage Response, string? Sha256)> RequestAsync(PartFacts? facts, CancellationToken cancel)
    {
        Uri next = address;
        string? announced = null;
        for (int redirections = 0; redirections <= 8; redirections++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, next);
            if (facts is not null && PartLength() > 0 && Validator(facts) is { } validator)
            {
                request.Headers.Range = new RangeHeaderValue(PartLength(), null);
                request.Headers.IfRange = validator;
            }

            HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);

            // The Hugging Face Hub says the SHA-256 of large files before it sends one to where they lie.
            if (response.Headers.TryGetValues("X-Linked-Etag", out IEnumerable<string>? tags) && tags.First().Trim('"') is { Length: 64 } digest && digest.All(char.IsAsciiHexDigitLower))
                announced = digest;
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308)) return (response, announced);
            using HttpResponseMessage redirection = response;
            if (redirection.Headers.Location is not { } location) throw Failed("the server redirects to nowhere");
            Uri target = new(next, location);
            if (target.Scheme is not ("http" or "https") || (next.Scheme == "https" && target.Scheme != "https")) throw Failed($"the server redirects to {target.Scheme}, which is not safe");
            next = target;
        }

        throw Failed("the server redirects without end");
    }

    async Task ReceiveAsync(HttpResponseMessage response, FileStream target, long? total, CancellationTokenSource patience, CancellationToken cancel)
    {
        await using Stream body = await response.Content.ReadAsStreamAsync(patience.Token);
        byte[] block = new byte[BlockBytes];

        // Where nobody knows the length, what is published is known about as well as to a factor of 2.
        long most = total ?? file.Bytes ?? ((2 * file.AboutBytes) + BlockBytes);
        for (int read; (read = await ReadAsync(body, block, patience)) > 0;)
        {
            await target.WriteAsync(block.AsMemory(0, read), cancel);
            report(target.Position, total);
            if (target.Position > most) throw Failed("the server sends more than the file has");
        }

        if (total is { } all && target.Position < all) throw new DownloadBroken("the connection broke off");
        target.Flush(flushToDisk: true);
    }

    async Task<int> ReadAsync(Stream body, byte[] block, CancellationTokenSource patience)
    {
        patience.CancelAfter(rules.StallTime);
        try
        {
            return await body.ReadAsync(block, patience.Token);
        }
        catch (IOException fault)
        {
            throw new DownloadBroken(fault.Message.TrimEnd('.'));
        }
    }

    static RangeConditionHeaderValue? Validator(PartFacts facts) =>
        facts.ETag is { } tag ? new RangeConditionHeaderValue(EntityTagHeaderValue.Parse(tag)) : facts.LastModified is { } date ? new RangeConditionHeaderValue(date) : null;

    PartFacts? ReadFacts()
    {
        try
        {
            PartFacts? facts = JsonSerializer.Deserialize<PartFacts>(File.ReadAllBytes(FactsOf(part)));
            return facts?.Address == address.AbsoluteUri && (facts.ETag is null || EntityTagHeaderValue.TryParse(facts.ETag, out _)) ? facts : null;
        }
        catch (Exception fault) when (fault is FileNotFoundException or JsonException)
        {
            return null;
        }
    }

    void WriteFacts(PartFacts facts) => File.WriteAllBytes(FactsOf(part), JsonSerializer.SerializeToUtf8Bytes(facts));

    long PartLength() => File.Exists(part) ? new FileInfo(part).Length : 0;

    /// <summary>Without the query, which may hold a secret.</summary>
    string Shown => new ModelSource(address, null).ToString();

    static string FactsOf(string part) => part + ".json";

    static long Megabytes(long bytes) => (bytes + 999_999) / 1_000_000;

    static string Reason(Exception fault) => fault is OperationCanceledException ? "the server fell silent" : fault.Message.TrimEnd('.');

    PipelineException Failed(string reason) => new(Problem.DownloadFailed, $"{Shown} could not be downloaded: {reason}.");

    /// <summary>A fault that a second attempt may not meet.</summary>
    sealed class DownloadBroken(string message) : Exception(message);
}
