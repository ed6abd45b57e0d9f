using Azure.Storage.Blobs;
using DgxMusic.Functions.Hosting;
using DgxMusic.Pipeline.Uploads;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Triggers;

/// <summary>
/// The inboxes. Each has two triggers, of which the settings turn one off: events reach us within a second, and the emulator of one's own machine has none, so
/// there the container is looked through. What is told of twice is taken once.
/// </summary>
public sealed class InboxTriggers(InboxDesk desk, HostDurable durable)
{
    /// <summary>The account of the stores is the one that the host itself uses.</summary>
    const string Account = "AzureWebJobsStorage";

    const string Folder = "uploads/";

    [Function("SeparateOnEvent")]
    public Task SeparateOnEventAsync([BlobTrigger(Folder + Inboxes.Separate + "/{name}", Connection = Account, Source = BlobTriggerSource.EventGrid)] BlobClient blob, string name, [DurableClient] DurableTaskClient client, CancellationToken cancel) =>
        TakeAsync(Inboxes.Separate, name, client, cancel);

    [Function("SeparateOnScan")]
    public Task SeparateOnScanAsync([BlobTrigger(Folder + Inboxes.Separate + "/{name}", Connection = Account, Source = BlobTriggerSource.LogsAndContainerScan)] BlobClient blob, string name, [DurableClient] DurableTaskClient client, CancellationToken cancel) =>
        TakeAsync(Inboxes.Separate, name, client, cancel);

    [Function("ChainsOnEvent")]
    public Task ChainsOnEventAsync([BlobTrigger(Folder + Inboxes.Chains + "/{name}", Connection = Account, Source = BlobTriggerSource.EventGrid)] BlobClient blob, string name, [DurableClient] DurableTaskClient client, CancellationToken cancel) =>
        TakeAsync(Inboxes.Chains, name, client, cancel);

    [Function("ChainsOnScan")]
    public Task ChainsOnScanAsync([BlobTrigger(Folder + Inboxes.Chains + "/{name}", Connection = Account, Source = BlobTriggerSource.LogsAndContainerScan)] BlobClient blob, string name, [DurableClient] DurableTaskClient client, CancellationToken cancel) =>
        TakeAsync(Inboxes.Chains, name, client, cancel);

    [Function("ReferencesOnEvent")]
    public Task ReferencesOnEventAsync([BlobTrigger(Folder + Inboxes.References + "/{name}", Connection = Account, Source = BlobTriggerSource.EventGrid)] BlobClient blob, string name, [DurableClient] DurableTaskClient client, CancellationToken cancel) =>
        TakeAsync(Inboxes.References, name, client, cancel);

    [Function("ReferencesOnScan")]
    public Task ReferencesOnScanAsync([BlobTrigger(Folder + Inboxes.References + "/{name}", Connection = Account, Source = BlobTriggerSource.LogsAndContainerScan)] BlobClient blob, string name, [DurableClient] DurableTaskClient client, CancellationToken cancel) =>
        TakeAsync(Inboxes.References, name, client, cancel);

    Task TakeAsync(string inbox, string name, DurableTaskClient client, CancellationToken cancel)
    {
        durable.Meet(client);
        return desk.TakeAsync(inbox, name, cancel);
    }
}
