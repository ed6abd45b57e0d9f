using System.Text;
using DgxMusic.Azure.Durable;
using DgxMusic.Functions.Hosting;
using DgxMusic.Functions.Triggers;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Tests.Uploads;
using DgxMusic.Pipeline.Uploads;
using Microsoft.Azure.Functions.Worker;

namespace DgxMusic.Functions.Tests.Triggers;

public sealed class InboxTriggerTests
{
    [Fact]
    public void Inboxes_HaveATriggerEachForEventsAndForScans()
    {
        Trigger[] triggers = [.. Trigger.All.Where(trigger => trigger.Binding is BlobTriggerAttribute)];
        Assert.Equal(2 * Inboxes.All.Count, triggers.Length);
        foreach (string inbox in Inboxes.All)
        {
            Trigger[] both = [.. triggers.Where(trigger => ((BlobTriggerAttribute)trigger.Binding).BlobPath == $"{Containers.Uploads}/{inbox}/{{name}}")];
            Assert.Equal(["OnEvent", "OnScan"], both.Select(trigger => trigger.Name[inbox.Length..]).Order());
            Assert.All(both, trigger => Assert.Equal(inbox, trigger.Name[..inbox.Length].ToLowerInvariant()));
            Assert.All(both, trigger => Assert.Equal(
                trigger.Name.EndsWith("OnEvent", StringComparison.Ordinal) ? BlobTriggerSource.EventGrid : BlobTriggerSource.LogsAndContainerScan, ((BlobTriggerAttribute)trigger.Binding).Source));
        }
    }

    [Fact]
    [Trait("Requirement", "D-01")]
    public async Task File_ToldOfThreeTimesAtOnce_IsOneJob()
    {
        using var host = new TestHost();
        await PutAsync(host, "separate/a song.wav", Waves.Sine(1));
        InboxTriggers triggers = TriggersOf(host);
        await Task.WhenAll(
            triggers.SeparateOnEventAsync(null!, "a song.wav", null!, default), triggers.SeparateOnScanAsync(null!, "a song.wav", null!, default), triggers.SeparateOnEventAsync(null!, "a song.wav", null!, default));
        await triggers.SeparateOnScanAsync(null!, "a song.wav", null!, default);
        await host.Orchestrator.RunAllAsync();
        Job job = Assert.Single(await host.Index.ListAsync().ToListAsync());
        Assert.Equal((JobKind.Separation, JobStatus.Completed), (job.Kind, job.Status));
        Assert.DoesNotContain(host.Blobs.Names, name => name.Contains("uploads/separate/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("gone.wav")]
    [InlineData(".keep")]
    [InlineData("folder/a song.wav")]
    [InlineData("..")]
    public async Task Name_ThatIsNoFileOfTheInbox_IsLeftAlone(string name)
    {
        using var host = new TestHost();
        await TriggersOf(host).SeparateOnScanAsync(null!, name, null!, default);
        Assert.Empty(await host.Index.ListAsync().ToListAsync());
    }

    [Fact]
    public async Task File_ThatIsNoAudio_IsPutAwayWithTheReason()
    {
        using var host = new TestHost();
        await PutAsync(host, "chains/notes.wav", Encoding.UTF8.GetBytes("not a sound"));
        await TriggersOf(host).ChainsOnScanAsync(null!, "notes.wav", null!, default);
        Assert.Contains(host.Blobs.Names, name => name.Contains("refused/chains/", StringComparison.Ordinal) && name.EndsWith("problem.json", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Blobs.Names, name => name.EndsWith("uploads/chains/notes.wav", StringComparison.Ordinal));
    }

    static InboxTriggers TriggersOf(TestHost host) => new(host.Get<InboxDesk>(), new HostDurable(new DurableOrchestrations(PipelineDefinitions.Orchestrations)));

    static async Task PutAsync(TestHost host, string path, byte[] bytes)
    {
        await using BlobWriter writer = await host.Blobs.CreateAsync(new(Containers.Uploads, path));
        await writer.Stream.WriteAsync(bytes);
        await writer.CommitAsync();
    }
}
