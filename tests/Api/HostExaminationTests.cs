using System.Text;
using DgxMusic.Api.Examinations;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace DgxMusic.Api.Tests;

/// <summary>Each trap that a Functions host's settings can hold: what is said of it, and that nothing is said where they are as they should be.</summary>
public sealed class HostExaminationTests
{
    const string Connection = "DURABLE_TASK_SCHEDULER_CONNECTION_STRING", ConnectionText = "Endpoint=https://a.b.durabletask.io;TaskHub=dgxmusic;Authentication=ManagedIdentity";
    const string ProviderType = "AzureFunctionsJobHost:extensions:durableTask:storageProvider:type", BodyLimit = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT";

    const string Ours = """
        { "version": "2.0", "functionTimeout": "00:10:00", "extensions": { "durableTask": { "hubName": "dgxmusic", "maxConcurrentActivityFunctions": 16, "maxConcurrentOrchestratorFunctions": 16,
          "storageProvider": { "type": "azureManaged", "connectionStringName": "DURABLE_TASK_SCHEDULER_CONNECTION_STRING", "workItemFilteringEnabled": true } } } }
        """;

    [Theory]
    [InlineData(GpuWorkers.Remote)]
    [InlineData(GpuWorkers.None)]
    public async Task Scheduler_AsWeDeployIt_IsWell(GpuWorkers workers) => Well(await SchedulerAsync(Ours, workers, (Connection, ConnectionText)));

    [Fact]
    public async Task Scheduler_FiltersOffWithWorkers_IsAnErrorAndWithoutThemNone()
    {
        string off = Ours.Replace("\"workItemFilteringEnabled\": true", "\"workItemFilteringEnabled\": false", StringComparison.Ordinal);
        Bad(HealthStatus.Unhealthy, "workItemFilteringEnabled is not true", await SchedulerAsync(off, GpuWorkers.Remote, (Connection, ConnectionText)));
        Well(await SchedulerAsync(off, GpuWorkers.None, (Connection, ConnectionText)));
    }

    /// <summary>What an app setting says wins over host.json.</summary>
    [Fact]
    public async Task Scheduler_StorageProviderWithWorkers_IsAnErrorAndWithoutThemNone()
    {
        Bad(HealthStatus.Unhealthy, "which no worker can join", await SchedulerAsync(Ours, GpuWorkers.Remote, (ProviderType, "AzureStorage")));
        Well(await SchedulerAsync(Ours, GpuWorkers.None, (ProviderType, "AzureStorage")));
        Bad(HealthStatus.Unhealthy, "kept by the storage provider", await SchedulerAsync("{}", GpuWorkers.Remote));
    }

    [Fact]
    public async Task Scheduler_WithoutItsConnection_IsAnErrorThatNamesTheSetting() =>
        Bad(HealthStatus.Unhealthy, $"The setting {Connection} is missing", await SchedulerAsync(Ours, GpuWorkers.None));

    [Fact]
    public async Task Scheduler_TwoHubs_AreToldOf()
    {
        Bad(HealthStatus.Degraded, "'dgxmusic', and DURABLE_TASK_SCHEDULER_CONNECTION_STRING names the task hub 'other'", await SchedulerAsync(Ours, GpuWorkers.Remote, (Connection, ConnectionText.Replace("TaskHub=dgxmusic", "TaskHub=other", StringComparison.Ordinal))));
        // A name that another setting gives.
        string named = Ours.Replace("\"hubName\": \"dgxmusic\"", "\"hubName\": \"%HUB%\"", StringComparison.Ordinal);
        Bad(HealthStatus.Degraded, "hubName is 'third'", await SchedulerAsync(named, GpuWorkers.Remote, (Connection, ConnectionText), ("HUB", "third")));
        Well(await SchedulerAsync(named, GpuWorkers.Remote, (Connection, ConnectionText), ("HUB", "dgxmusic")));
    }

    [Fact]
    public async Task Scheduler_ThatReplacesRunningInstances_IsAnError() => Bad(
        HealthStatus.Unhealthy, "AnyState", await SchedulerAsync(Ours, GpuWorkers.None, (Connection, ConnectionText), ("AzureFunctionsJobHost:extensions:durableTask:overridableExistingInstanceStates", "AnyState")));

    [Theory]
    [InlineData(null, null, null, HealthStatus.Healthy, "does 16 steps at once, a GPU worker one; 4 jobs run at the same time; a step may last 00:10:00")]
    [InlineData("1", null, null, HealthStatus.Unhealthy, "maxConcurrentActivityFunctions is 1")]
    [InlineData("4", null, null, HealthStatus.Degraded, "maxConcurrentActivityFunctions is 4, and 4 jobs run at the same time")]
    [InlineData("5", null, null, HealthStatus.Healthy, "does 5 steps at once")]
    [InlineData(null, "1", null, HealthStatus.Degraded, "maxConcurrentOrchestratorFunctions is 1: 4 jobs")]
    [InlineData(null, null, "00:01:00", HealthStatus.Degraded, "functionTimeout is 00:01:00")]
    [InlineData(null, null, "-1", HealthStatus.Healthy, "as long as the plan allows")]
    public async Task Steps_TooFewOrTooShort_AreToldOf(string? activities, string? orchestrators, string? timeout, HealthStatus status, string message)
    {
        (string, string?)[] settings =
        [
            ("AzureFunctionsJobHost:extensions:durableTask:maxConcurrentActivityFunctions", activities), ("AzureFunctionsJobHost:extensions:durableTask:maxConcurrentOrchestratorFunctions", orchestrators),
            ("AzureFunctionsJobHost:functionTimeout", timeout),
        ];
        Bad(status, message, await StepsAsync(Ours, [.. settings.Where(one => one.Item2 is not null).Select(one => (one.Item1, one.Item2!))]));
    }

    [Fact]
    public async Task Steps_WithoutALimit_AreToldOf() => Bad(HealthStatus.Degraded, "maxConcurrentActivityFunctions is not set", await StepsAsync("{}"));

    [Theory]
    [InlineData("220200960", true, HealthStatus.Healthy, "Bodies of 210 MiB come through, larger files go to the store itself")]
    [InlineData("220200960", false, HealthStatus.Healthy, "and so do all files")]
    [InlineData(null, true, HealthStatus.Degraded, "not set, which is 104857600")]
    [InlineData("115343360", true, HealthStatus.Healthy, "110 MiB")]
    [InlineData("115343360", false, HealthStatus.Degraded, "is 115343360: the host refuses larger bodies")]
    [InlineData("100 MB", true, HealthStatus.Unhealthy, "'100 MB', which is no number of bytes")]
    public async Task Bodies_LargerThanTheHostTakes_AreToldOf(string? limit, bool direct, HealthStatus status, string message) => Bad(
        status, message, await RequestsAsync(Ours, direct, limit is null ? [] : [(BodyLimit, limit)]));

    [Theory]
    [InlineData("maxConcurrentRequests", "4", HealthStatus.Degraded, "maxConcurrentRequests is 4")]
    [InlineData("maxOutstandingRequests", "8", HealthStatus.Degraded, "maxOutstandingRequests is 8")]
    [InlineData("maxConcurrentRequests", "-1", HealthStatus.Healthy, "without a limit")]
    public async Task Requests_TooFew_AreToldOf(string setting, string value, HealthStatus status, string message) => Bad(
        status, message, await RequestsAsync(Ours, true, (BodyLimit, "220200960"), ($"AzureFunctionsJobHost:extensions:http:{setting}", value)));

    [Fact]
    public async Task InboxTriggers_OneWayOfEach_AreWell()
    {
        Well(await TriggersAsync(new("acc", "acc", false), Off("SeparateOnScan"), Off("ChainsOnScan"), Off("ReferencesOnScan")));
        Well(await TriggersAsync(new("dev", "dev", true), Off("SeparateOnEvent"), ("AzureWebJobs_ChainsOnEvent_Disabled", "true"), Off("ReferencesOnEvent")));
    }

    [Fact]
    public async Task InboxTriggers_NeitherWay_IsAnErrorThatNamesTheInbox()
    {
        HealthCheck found = await TriggersAsync(new("acc", "acc", false), Off("SeparateOnScan"), Off("ChainsOnScan"), Off("ReferencesOnScan"), Off("ChainsOnEvent"));
        Bad(HealthStatus.Unhealthy, "Nobody watches the inbox 'chains': both functions are turned off. Remove AzureWebJobs.ChainsOnEvent.Disabled.", found);
        Assert.DoesNotContain("separate", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InboxTriggers_TheWayThatDoesNotWorkHere_IsToldOf()
    {
        Bad(HealthStatus.Unhealthy, "waits for events, which the emulator does not send", await TriggersAsync(new("dev", "dev", true), Off("SeparateOnScan")));
        Bad(HealthStatus.Degraded, "The inbox 'separate' is looked through", await TriggersAsync(new("acc", "acc", false), Off("ChainsOnScan"), Off("ReferencesOnScan")));
    }

    [Fact]
    public async Task InboxTriggers_OfAnotherAccount_AreAnError()
    {
        (string, string)[] off = [Off("SeparateOnScan"), Off("ChainsOnScan"), Off("ReferencesOnScan")];
        Bad(HealthStatus.Unhealthy, "The inboxes of the account other are watched", await TriggersAsync(new("acc", "other", false), off));
        Bad(HealthStatus.Unhealthy, "set AzureWebJobsStorage__accountName to acc", await TriggersAsync(new("acc", null, false), off));
    }

    [Theory]
    [InlineData("AzureWebJobsStorage", "UseDevelopmentStorage=true", "devstoreaccount1")]
    [InlineData("AzureWebJobsStorage", "DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=Zm9v==;", "acc")]
    [InlineData("AzureWebJobsStorage:accountName", "acc", "acc")]
    [InlineData("AzureWebJobsStorage:blobServiceUri", "https://acc.blob.core.windows.net", "acc")]
    [InlineData("Storage:ConnectionString", "UseDevelopmentStorage=true", null)]
    public void Accounts_OfTheHost_AreFoundAsTheHostFindsThem(string setting, string value, string? name)
    {
        IConfiguration settings = new ConfigurationBuilder().AddInMemoryCollection([new(setting, value)]).Build();
        Assert.Equal(new StorageAccounts("mine", name, false), StorageAccounts.Of("mine", settings));
        Assert.True(StorageAccounts.Of("devstoreaccount1", settings).IsEmulator);
    }

    [Fact]
    public async Task Roles_EachThatIsMissing_IsNamedWithItsResource()
    {
        Probe[] granted = [new("read", true), new("write", true)];
        Bad(HealthStatus.Healthy, "read, write", await RolesAsync(granted));
        HealthCheck found = await RolesAsync([.. granted, new("sign", false), new("send", false)]);
        Bad(HealthStatus.Unhealthy, "It may not sign: assign the role Role sign on resource sign to the identity of this app.", found);
        Assert.Contains("It may not send", found.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not read", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Roles_TrialThatFailsOrHangs_TakesNothingFromTheOthers()
    {
        var clock = new DgxMusic.Pipeline.Tests.Memory.ManualClock();
        Task<HealthCheck> asking = new PermissionExamination(
            [new Probe("hang", token => Task.Delay(Timeout.Infinite, token).ContinueWith(_ => true, token)), new Probe("deafen", _ => new TaskCompletionSource<bool>().Task), new Probe("break", _ => throw new IOException("secret")), new Probe("send", false)],
            clock).ExamineAsync(default);
        clock.Advance(TimeSpan.FromSeconds(10));
        HealthCheck found = await asking;
        Assert.Equal(HealthStatus.Unhealthy, found.Status);
        Assert.Contains("Nobody answered within 10 s when it tried to hang", found.Message, StringComparison.Ordinal);
        Assert.Contains("Nobody answered within 10 s when it tried to deafen", found.Message, StringComparison.Ordinal);
        Assert.Contains("whether it may break (IOException)", found.Message, StringComparison.Ordinal);
        Assert.Contains("It may not send", found.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", found.Message, StringComparison.Ordinal);
    }

    static Task<HealthCheck> SchedulerAsync(string file, GpuWorkers workers, params (string, string)[] settings) =>
        new SchedulerExamination(Host(file, settings), Options.Create(new GpuOptions { Workers = workers })).ExamineAsync(default);

    static Task<HealthCheck> StepsAsync(string file, params (string, string)[] settings) => new StepLimitExamination(
        Host(file, settings), new PipelineOptions { MaxConcurrentJobs = 4 }, Options.Create(new GpuOptions { Workers = GpuWorkers.Remote })).ExamineAsync(default);

    static Task<HealthCheck> RequestsAsync(string file, bool direct, params (string, string)[] settings) => new RequestLimitExamination(Host(file, settings), direct ? [new Direct()] : []).ExamineAsync(default);

    static Task<HealthCheck> TriggersAsync(StorageAccounts accounts, params (string, string)[] settings) => new InboxTriggerExamination(Host(Ours, settings), accounts).ExamineAsync(default);

    static Task<HealthCheck> RolesAsync(Probe[] probes) => new PermissionExamination(probes, TimeProvider.System).ExamineAsync(default);

    static (string, string) Off(string function) => ($"AzureWebJobs.{function}.Disabled", "true");

    static HostSettings Host(string file, (string Name, string Value)[] settings) => HostSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Name, (string?)one.Value))).Build(), new MemoryStream(Encoding.UTF8.GetBytes(file)));

    static void Well(HealthCheck found) => Assert.Equal(HealthStatus.Healthy, found.Status);

    static void Bad(HealthStatus status, string message, HealthCheck found)
    {
        Assert.Contains(message, found.Message, StringComparison.Ordinal);
        Assert.Equal(status, found.Status);
    }

    sealed class Probe(string act, Func<CancellationToken, Task<bool>> tried) : IPermissionProbe
    {
        public Probe(string act, bool isGranted)
            : this(act, _ => Task.FromResult(isGranted))
        {
        }

        public Permission Permission => new(act, $"Role {act}", $"resource {act}");

        public Task<bool> IsGrantedAsync(CancellationToken cancel) => tried(cancel);
    }

    sealed class Direct : IDirectUploads
    {
        public Task<DirectAddress> OfferAsync(BlobRef blob, DateTime expiresAt, CancellationToken cancel = default) => throw new NotSupportedException();
    }
}
