using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Uploads;
using Microsoft.Extensions.Configuration;

namespace DgxMusic.Api.Examinations;

/// <summary>Which storage accounts there are.</summary>
/// <param name="Stores">Name of the one that the stores are in.</param>
/// <param name="Triggers">Name of the one that the Functions host watches; null: the settings do not say.</param>
/// <param name="IsEmulator">The stores are an emulator's.</param>
public sealed record StorageAccounts(string Stores, string? Triggers, bool IsEmulator)
{
    const string Setting = "AzureWebJobsStorage", EmulatorName = "devstoreaccount1";

    public static StorageAccounts Of(string stores, IConfiguration settings) => new(stores, NameIn(settings), stores == EmulatorName);

    /// <summary>As the host finds it: a connection string, the account's name, or the address of its blobs.</summary>
    static string? NameIn(IConfiguration settings)
    {
        if (settings[Setting] is { Length: > 0 } connection)
        {
            if (connection.Trim() == "UseDevelopmentStorage=true") return EmulatorName;
            return connection.Split(';').Select(part => part.Trim().Split('=', 2)).FirstOrDefault(part => part is ["AccountName", _])?[1];
        }

        if (settings[$"{Setting}:accountName"] is { Length: > 0 } name) return name;
        return Uri.TryCreate(settings[$"{Setting}:blobServiceUri"], UriKind.Absolute, out Uri? blobs) ? blobs.Host.Split('.')[0] : null;
    }
}

/// <summary>Whether each inbox is watched in the way that works here: by events where the account has them, else by looking through it.</summary>
public sealed class InboxTriggerExamination(HostSettings host, StorageAccounts accounts) : IExamination
{
    public string Name => "inbox_triggers";

    public Task<HealthCheck> ExamineAsync(CancellationToken cancel)
    {
        var findings = new Findings(Name);
        foreach (string inbox in Inboxes.All) Examine(findings, inbox);
        if (accounts.Triggers is null) findings.Fail($"The setting AzureWebJobsStorage says nothing of an account, and the inboxes are watched there: set AzureWebJobsStorage__accountName to {accounts.Stores}.");
        else if (!string.Equals(accounts.Triggers, accounts.Stores, StringComparison.OrdinalIgnoreCase))
            findings.Fail($"The inboxes of the account {accounts.Triggers} are watched (AzureWebJobsStorage), and the files come into {accounts.Stores} (Storage): set both to the same account.");
        return Task.FromResult(findings.Sum($"Every inbox of {accounts.Stores} is watched."));
    }

    void Examine(Findings findings, string inbox)
    {
        string stem = char.ToUpperInvariant(inbox[0]) + inbox[1..], onEvent = stem + "OnEvent", onScan = stem + "OnScan";
        (bool hears, bool looks) = (!host.IsOff(onEvent), !host.IsOff(onScan));
        if (!hears && !looks) findings.Fail($"Nobody watches the inbox '{inbox}': both functions are turned off. Remove AzureWebJobs.{(accounts.IsEmulator ? onScan : onEvent)}.Disabled.");
        else if (!looks && accounts.IsEmulator) findings.Fail($"The inbox '{inbox}' waits for events, which the emulator does not send: remove AzureWebJobs.{onScan}.Disabled.");
        else if (looks && !accounts.IsEmulator) findings.Warn($"The inbox '{inbox}' is looked through, which takes minutes in a large account and is paid by the request: have its events subscribed to (infra/hooks/subscribe-inboxes.sh) and set AzureWebJobs.{onScan}.Disabled to true.");
    }
}
