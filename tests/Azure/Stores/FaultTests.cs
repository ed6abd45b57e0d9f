using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using DgxMusic.Azure.Stores;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Azure.Tests.Stores;

/// <summary>What is made of an account that is away, throttled, full, or closed to us. Nothing answers here but the test.</summary>
public sealed class FaultTests
{
    static readonly BlobRef blob = new(Containers.Outputs, "a.wav");
    static readonly RowKey row = new("jobs", "a", "job");

    [Theory]
    [InlineData(503, "ServerBusy")]
    [InlineData(500, "OperationTimedOut")]
    [InlineData(409, "ContainerBeingDeleted")]
    [InlineData(507, "InsufficientStorage")]
    [InlineData(403, "AuthorizationPermissionMismatch")]
    [InlineData(429, "TooManyRequests")]
    public async Task Write_Refused_IsAProblem_AFaultToStepsWhereItMayPass_AndAReadAFault(int status, string code)
    {
        bool passes = status is 429 or 500 or 503;
        await using var rig = new Rig((_, _) => new Answer(status, code));
        await RefusesAsync(code, passes, () => WriteAsync(rig.Storage.Store, 10));
        await RefusesAsync(code, passes, () => WriteAsync(rig.Storage.Store, 20 << 20));
        await RefusesAsync(code, passes, () => rig.Storage.Store.DeleteAsync(blob));
        await RefusesAsync(code, passes, () => rig.Storage.Store.CopyAsync(blob, blob.With("2")));
        await BreaksAsync(code, () => rig.Storage.Store.FindAsync(blob));
        await BreaksAsync(code, () => rig.Storage.Store.OpenReadAsync(blob));
        await BreaksAsync(code, async () => await rig.Storage.Store.ListAsync(Containers.Outputs, "").ToListAsync());
        await BreaksAsync(code, () => rig.Storage.Catalog.FindAsync(row));
        await BreaksAsync(code, () => rig.Storage.Catalog.QueryAsync("jobs", "a", null, 10));
        await RefusesAsync(code, passes, () => rig.Storage.Catalog.DeleteAsync(row));
        // To rows this status says something, if not with this code.
        if (status == 409) return;
        await RefusesAsync(code, passes, () => rig.Storage.Catalog.TryInsertAsync(row, Payload.Write(1)));
        await RefusesAsync(code, passes, () => rig.Storage.Catalog.TryReplaceAsync(new(row, Payload.Write(1), "W/\"1\""), Payload.Write(2)));
    }

    [Fact]
    public async Task Store_WithoutAnAnswer_IsAwayAndNothingIsTakenForACancellation()
    {
        await using var rig = new Rig((_, _) => throw new HttpRequestException("Nobody listens."));
        await RefusesAsync("no answer", true, () => WriteAsync(rig.Storage.Store, 10));
        await RefusesAsync("no answer", true, () => rig.Storage.Catalog.TryInsertAsync(row, Payload.Write(1)));
        await BreaksAsync("no answer", () => rig.Storage.Store.FindAsync(blob));
        await using var slow = new Rig((_, _) => throw new TaskCanceledException("The network was given up."));
        await RefusesAsync("no answer", true, () => WriteAsync(slow.Storage.Store, 10));
        await BreaksAsync("no answer", () => slow.Storage.Catalog.FindAsync(row));
        using var stop = new CancellationTokenSource();
        await using var stopped = new Rig((_, _) =>
        {
            stop.Cancel();
            throw new TaskCanceledException();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped.Storage.Store.FindAsync(blob, stop.Token));
    }

    [Theory]
    [InlineData(403, "AuthorizationPermissionMismatch", false)]
    [InlineData(401, "InvalidAuthenticationInfo", false)]
    [InlineData(503, "ServerBusy", null)]
    public async Task Trial_OfAPermission_TellsARefusalFromAnOutage(int status, string code, bool? granted)
    {
        await using var rig = new Rig((_, _) => new Answer(status, code));
        IPermissionProbe[] probes = [StorageProbes.Blobs(rig.Storage.Blobs, rig.Storage.Store), StorageProbes.Rows(rig.Storage.Tables, "t"), StorageProbes.Signatures(rig.Storage.Blobs)];
        foreach (IPermissionProbe probe in probes)
        {
            if (granted is { } expected) Assert.Equal(expected, await probe.IsGrantedAsync(default));
            else await Assert.ThrowsAsync<RequestFailedException>(() => probe.IsGrantedAsync(default));
            Assert.EndsWith("devstoreaccount1", probe.Permission.Resource, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Write_ThrottledTwice_SucceedsTheThirdTime()
    {
        int sends = 0;
        await using var rig = new Rig((_, _) => ++sends < 3 ? new Answer(503, "ServerBusy") : new Answer(204));
        Assert.True(await rig.Storage.Catalog.TryInsertAsync(row, Payload.Write(1)));
        Assert.Equal(3, sends);
    }

    [Theory]
    [InlineData(409, "EntityAlreadyExists")]
    [InlineData(412, "UpdateConditionNotSatisfied")]
    public async Task Write_WhoseAnswerWasLost_KnowsItsOwnRow(int status, string code)
    {
        string? written = null;
        int sends = 0;
        await using var rig = new Rig((method, body) =>
        {
            if (method == RequestMethod.Get) return new Answer(200, Body: written!);
            written = body.Insert(1, "\"odata.etag\":\"W/\\\"1\\\"\",");
            return ++sends == 1 ? new Answer(500, "InternalError") : new Answer(status, code);
        });
        Assert.True(await WriteAsync());
        Assert.Equal(2, sends);
        // Somebody else's, the first time and the second.
        sends = 1;
        Assert.False(await WriteAsync());
        await using var others = new Rig((method, body) => method == RequestMethod.Get ? new Answer(200, Body: written!) : ++sends == 3 ? new Answer(500, "InternalError") : new Answer(status, code));
        Assert.False(await others.Storage.Catalog.TryInsertAsync(row, Payload.Write(2)));

        Task<bool> WriteAsync() => status == 409 ? rig.Storage.Catalog.TryInsertAsync(row, Payload.Write(1))
            : rig.Storage.Catalog.TryReplaceAsync(new(row, Payload.Write(0), "W/\"0\""), Payload.Write(1));
    }

    [Fact]
    public async Task Row_TooLarge_IsRefusedWithItsNameAndItsBytes()
    {
        await using var rig = new Rig((_, _) => new Answer(204));
        byte[] noise = new byte[900_000];
        new Random(1).NextBytes(noise);
        // 1.2 million characters in which nothing repeats.
        var fault = await Assert.ThrowsAsync<PipelineException>(() => rig.Storage.Catalog.TryInsertAsync(row, Payload.Write(Convert.ToBase64String(noise))));
        Assert.Equal(Problem.StorageWriteFailed, fault.Problem);
        Assert.StartsWith("The row jobs/a/job would have 12", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_OfMoreThanOneRequestTakes_IsStagedInPartsAndCommittedOnce()
    {
        const long Bytes = (600L << 20) + 5;
        List<string> seen = [];
        await using var rig = new Rig((method, _) => new Answer(method == RequestMethod.Head ? 200 : 201, Length: method == RequestMethod.Head ? Bytes : 0));
        rig.Seen = request =>
        {
            string range = request.Headers.TryGetValue("x-ms-source-range", out string? given) ? given : "", condition = request.Headers.TryGetValue("x-ms-source-if-match", out string? tag) ? tag : "";
            lock (seen) seen.Add($"{request.Method} {range} {condition}".Trim());
        };
        Assert.True(await rig.Storage.Store.CopyAsync(blob, blob.With("2")));
        Assert.Equal(["HEAD", "PUT", "PUT bytes=0-268435455 \"0x1\"", "PUT bytes=268435456-536870911 \"0x1\"", "PUT bytes=536870912-629145604 \"0x1\""], seen.Order(StringComparer.Ordinal));
        Assert.Equal("PUT", seen[^1]);
    }

    static async Task RefusesAsync(string reason, bool passes, Func<Task> write)
    {
        var refusal = await Assert.ThrowsAnyAsync<PipelineException>(write);
        Assert.Equal(passes, refusal is StoreAwayException);
        Assert.Equal(Problem.StorageWriteFailed, refusal.Problem);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    static async Task BreaksAsync(string reason, Func<Task> read) =>
        Assert.Contains(reason, (await Assert.ThrowsAsync<IOException>(read)).Message, StringComparison.Ordinal);

    static async Task WriteAsync(IBlobStore store, int bytes)
    {
        await using BlobWriter writer = await store.CreateAsync(blob);
        await writer.Stream.WriteAsync(new byte[bytes]);
        await writer.CommitAsync();
    }

    sealed record Answer(int Status, string? Code = null, string Body = "", long Length = 0);

    /// <summary>Stores whose account is a function.</summary>
    sealed class Rig(Func<RequestMethod, string, Answer> answer) : IAsyncDisposable
    {
        public Action<Request> Seen { get; set; } = _ => { };

        public Storage Storage => field ??= new(options =>
        {
            options.Transport = new Transport(this);
            (options.Retry.MaxRetries, options.Retry.Mode, options.Retry.Delay) = (3, RetryMode.Fixed, TimeSpan.FromMilliseconds(1));
        });

        public ValueTask DisposeAsync()
        {
            Storage.Signer.Dispose();
            return ValueTask.CompletedTask;
        }

        Response Send(Request request)
        {
            Seen(request);
            using var body = new MemoryStream();
            request.Content?.WriteTo(body, default);
            return new Reply(answer(request.Method, System.Text.Encoding.UTF8.GetString(body.ToArray())));
        }

        sealed class Transport(Rig rig) : HttpPipelineTransport
        {
            readonly HttpClientTransport requests = new();

            public override Request CreateRequest() => requests.CreateRequest();

            public override void Process(HttpMessage message) => message.Response = rig.Send(message.Request);

            public override ValueTask ProcessAsync(HttpMessage message)
            {
                Process(message);
                return ValueTask.CompletedTask;
            }
        }
    }

    sealed class Reply(Answer answer) : Response
    {
        readonly Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase)
        {
            ["ETag"] = "\"0x1\"", ["Last-Modified"] = "Fri, 20 Nov 2026 12:00:00 GMT", ["x-ms-request-server-encrypted"] = "true", ["x-ms-blob-type"] = "BlockBlob", ["Content-Type"] = "application/json",
            ["Content-Length"] = answer.Length.ToString(CultureInfo.InvariantCulture), ["x-ms-error-code"] = answer.Code ?? "",
        };

        public override int Status => answer.Status;

        public override string ReasonPhrase => answer.Code ?? "";

        public override Stream? ContentStream { get; set; } = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(answer.Code is null ? answer.Body : ErrorOf(answer.Code)));

        public override string ClientRequestId { get; set; } = "";

        public override void Dispose()
        {
        }

        // As blobs and as tables say it.
        static string ErrorOf(string code) =>
            System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, object> { ["error"] = new { code, message = "" }, ["odata.error"] = new { code, message = new { value = "" } } });

        protected override bool ContainsHeader(string name) => headers.ContainsKey(name);

        protected override IEnumerable<HttpHeader> EnumerateHeaders() => headers.Select(header => new HttpHeader(header.Key, header.Value));

        protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value) => headers.TryGetValue(name, out value);

        protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
        {
            values = headers.TryGetValue(name, out string? value) ? [value] : null;
            return values is not null;
        }
    }
}
