using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace DgxMusic.Api.Examinations;

/// <summary>What the Functions host was told: by <c>host.json</c>, and by app settings that begin with <c>AzureFunctionsJobHost__</c>, which win over it.</summary>
/// <param name="settings">The app's settings.</param>
/// <param name="file">What <c>host.json</c> says.</param>
public sealed class HostSettings(IConfiguration settings, IConfiguration file)
{
    const string Overrides = "AzureFunctionsJobHost:", DurableTask = "extensions:durableTask:";

    /// <param name="hostFile"><c>host.json</c>.</param>
    /// <exception cref="FormatException">It is no JSON.</exception>
    public static HostSettings Read(IConfiguration settings, Stream hostFile) => new(settings, new ConfigurationBuilder().AddJsonStream(hostFile).Build());

    /// <summary>Null: the host's own default holds.</summary>
    public string? ProviderType => Text(DurableTask + "storageProvider:type");

    /// <summary>Histories are kept by the scheduler; else by a storage account, which other programs cannot join.</summary>
    public bool HasScheduler => string.Equals(ProviderType, "azureManaged", StringComparison.OrdinalIgnoreCase);

    public bool FiltersWorkItems => bool.TryParse(Text(DurableTask + "storageProvider:workItemFilteringEnabled"), out bool isOn) && isOn;

    public string SchedulerSetting => Text(DurableTask + "storageProvider:connectionStringName") ?? "DURABLE_TASK_SCHEDULER_CONNECTION_STRING";

    public string? HubName => Text(DurableTask + "hubName");

    public string? ReplacesInstances => Text(DurableTask + "overridableExistingInstanceStates");

    public int? MostActivities => Number(DurableTask + "maxConcurrentActivityFunctions");

    public int? MostOrchestrators => Number(DurableTask + "maxConcurrentOrchestratorFunctions");

    /// <summary>Requests that are answered at the same time on an instance; the others wait.</summary>
    public int? MostRequests => Number("extensions:http:maxConcurrentRequests");

    /// <summary>Requests that are answered or wait on an instance; more are refused.</summary>
    public int? MostRequestsHeld => Number("extensions:http:maxOutstandingRequests");

    /// <summary>How long one call of a function may last; null: as long as the plan allows.</summary>
    public TimeSpan? Timeout => TimeSpan.TryParse(Text("functionTimeout"), CultureInfo.InvariantCulture, out TimeSpan timeout) && timeout > TimeSpan.Zero ? timeout : null;

    /// <summary>A setting of the app; null: there is none.</summary>
    public string? Setting(string name) => settings[name] is { Length: > 0 } value ? value : null;

    /// <summary>Whether the settings turn a function off, in either spelling.</summary>
    public bool IsOff(string function) =>
        bool.TryParse(Setting($"AzureWebJobs.{function}.Disabled") ?? Setting($"AzureWebJobs_{function}_Disabled"), out bool isOff) && isOff;

    int? Number(string path) => int.TryParse(Text(path), CultureInfo.InvariantCulture, out int number) ? number : null;

    // %NAME% is what the setting of that name says.
    string? Text(string path) => (Setting(Overrides + path) ?? file[path]) switch
    {
        null or "" => null,
        ['%', .. { Length: > 0 } name, '%'] => Setting(name),
        string text => text,
    };
}
