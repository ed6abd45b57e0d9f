using System.Globalization;
using System.Text.Json;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Webhooks;

namespace DgxMusic.LocalHost.Tests.Hosting;

public sealed class WebhookTests : IAsyncLifetime
{
    readonly Receiver receiver = new();
    readonly PipelineOnDisk pipeline = new(("Webhooks:AllowPrivateAddresses", "true"));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await pipeline.DisposeAsync();
        receiver.Dispose();
    }

    [Fact]
    [Trait("Requirement", "A-69")]
    public async Task End_IsToldOnceSignedByItsOwnersSecret()
    {
        await pipeline.StartAsync();
        Job job = await EndedJobAsync();
        JobWebhook webhook = await SettledAsync(job, TimeSpan.Zero);

        Assert.Equal((WebhookStatus.Delivered, 1, 200), (webhook.Status, webhook.Attempts, webhook.LastStatus));
        (string delivery, string signature, string type, byte[] body) = Assert.Single(receiver.Heard);
        Assert.Equal((webhook.DeliveryId, JobEvents.Failed), (delivery, type));
        JsonElement message = JsonDocument.Parse(body).RootElement;
        Assert.Equal(delivery, message.GetProperty("delivery_id").GetString());
        Assert.Equal("failed", message.GetProperty("job").GetProperty("status").GetString());
        Assert.Equal($"/api/v1/jobs/{job.JobId}", message.GetProperty("job").GetProperty("status_url").GetString());
        long timestamp = long.Parse(signature[2..signature.IndexOf(',')], CultureInfo.InvariantCulture);
        WebhookSecret secret = await pipeline.Get<WebhookSecrets>().GetAsync(Caller.OwnerId);
        Assert.Equal(WebhookSecrets.Sign(secret.Secret, timestamp, body), signature);
        body[^2] ^= 1;
        Assert.NotEqual(WebhookSecrets.Sign(secret.Secret, timestamp, body), signature);
        Assert.Equal(timestamp, message.GetProperty("timestamp").GetDateTimeOffset().ToUnixTimeSeconds());
    }

    [Fact]
    [Trait("Requirement", "A-69")]
    public async Task Receiver_ThatFails_IsToldAgainUnderTheSameIdUntilItTakesIt()
    {
        receiver.Answer = n => n switch { 0 => 500, 1 => 302, _ => 204 };
        await pipeline.StartAsync();
        JobWebhook webhook = await SettledAsync(await EndedJobAsync(), TimeSpan.FromSeconds(1));
        Assert.Equal((WebhookStatus.Delivered, 3, 204), (webhook.Status, webhook.Attempts, webhook.LastStatus));
        Assert.Equal(3, receiver.Heard.Count);
        Assert.Single(receiver.Heard.Select(heard => heard.Delivery).Distinct());
    }

    [Fact]
    public async Task Receiver_ThatNeverTakesIt_IsGivenUpAfterFiveAttempts()
    {
        receiver.Answer = _ => 503;
        await pipeline.StartAsync();
        Job job = await EndedJobAsync();
        JobWebhook webhook = await SettledAsync(job, TimeSpan.FromSeconds(30));
        Assert.Equal((WebhookStatus.Failed, 5, 503), (webhook.Status, webhook.Attempts, webhook.LastStatus));
        Assert.Equal(5, receiver.Heard.Count);
        Assert.True(webhook.LastAttemptAt - job.CompletedAt >= TimeSpan.FromSeconds(10 + 60 + 600 + 3600));
    }

    [Fact]
    public async Task Receiver_ThatIsGone_IsLeftAlone()
    {
        receiver.Answer = _ => 410;
        await pipeline.StartAsync();
        JobWebhook webhook = await SettledAsync(await EndedJobAsync(), TimeSpan.FromSeconds(1));
        Assert.Equal((WebhookStatus.Gone, 1, 410), (webhook.Status, webhook.Attempts, webhook.LastStatus));
    }

    [Fact]
    public async Task Receiver_ThatIsNotThere_IsTriedAgain()
    {
        receiver.Dispose();
        await pipeline.StartAsync();
        JobWebhook webhook = await SettledAsync(await EndedJobAsync(), TimeSpan.FromSeconds(30));
        Assert.Equal((WebhookStatus.Failed, 5, (int?)null), (webhook.Status, webhook.Attempts, webhook.LastStatus));
        Assert.Contains("could not be reached", webhook.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receiver_ThatDoesNotAnswer_IsNotWaitedFor()
    {
        using var heard = new ManualResetEventSlim();
        receiver.Answer = _ =>
        {
            heard.Wait(TimeSpan.FromSeconds(20));
            return 200;
        };
        var client = new WebhookClient(Microsoft.Extensions.Options.Options.Create(new WebhookOptions { AllowPrivateAddresses = true, TimeoutSeconds = 1 }));
        WebhookAnswer answer = await client.PostAsync(receiver.Url, [], new Dictionary<string, string>(), CancellationToken.None);
        heard.Set();
        Assert.Equal(new(null, "No answer within 1 s."), answer);
        client.Dispose();
    }

    [Fact]
    [Trait("Requirement", "A-69")]
    public async Task Crash_BetweenAttempts_GoesOnWithTheNext()
    {
        receiver.Answer = n => n == 0 ? 500 : 200;
        await pipeline.StartAsync();
        Job job = await EndedJobAsync();
        await pipeline.PassUntilAsync(async () => (await ReadAsync(job)).Attempts == 1, TimeSpan.Zero);
        await pipeline.CrashAndRestartAsync();
        JobWebhook webhook = await SettledAsync(job, TimeSpan.FromSeconds(1));
        Assert.Equal((WebhookStatus.Delivered, 2), (webhook.Status, webhook.Attempts));
        Assert.Equal(2, receiver.Heard.Count);
    }

    [Fact]
    public async Task Crash_BeforeTheDeliveryBegan_TheSweepBeginsIt()
    {
        await pipeline.StartAsync();
        Job job = await EndedJobAsync(sweep: false);
        await pipeline.CrashAndRestartAsync();
        await pipeline.Get<JobSettlement>().SweepAsync();
        await pipeline.Get<JobSettlement>().SweepAsync();
        Assert.Equal(WebhookStatus.Delivered, (await SettledAsync(job, TimeSpan.Zero)).Status);
        Assert.Single(receiver.Heard);
    }

    async Task<Job> EndedJobAsync(bool sweep = true)
    {
        var ledger = pipeline.Get<JobLedger>();
        Job job = pipeline.Get<JobDesk>().Draft(JobKind.Export, "", "cpu", new(Caller.OwnerId) { WebhookUrl = receiver.Url }, (_, _) => 0);
        Assert.True(await ledger.TryAddAsync(job));
        Job ended = await ledger.UpdateAsync(job.JobId, "end", row => row with { Status = JobStatus.Failed, ErrorCode = "INTERNAL", CompletedAt = ledger.UtcNow });
        if (sweep) await pipeline.Get<JobSettlement>().SweepAsync();
        return ended;
    }

    async Task<JobWebhook> ReadAsync(Job job) => (await pipeline.Get<JobLedger>().FindAsync(job.JobId))!.Webhook!;

    async Task<JobWebhook> SettledAsync(Job job, TimeSpan step)
    {
        await pipeline.PassUntilAsync(async () => (await ReadAsync(job)).Status != WebhookStatus.Pending, step);
        return await ReadAsync(job);
    }
}
