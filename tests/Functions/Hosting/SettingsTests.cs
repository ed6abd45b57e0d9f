using System.Text.Json;
using DgxMusic.Api.Resources;
using DgxMusic.Functions.Hosting;
using DgxMusic.Functions.Tests.Triggers;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DgxMusic.Functions.Tests.Hosting;

public sealed class SettingsTests
{
    const string Emulator = "UseDevelopmentStorage=true";

    [Fact]
    public void Start_WithoutAStorageAccount_SaysWhatIsMissing()
    {
        OptionsValidationException missing = Assert.Throws<OptionsValidationException>(() => Build());
        Assert.Contains("Storage:BlobServiceUri", Assert.Single(missing.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("here", false)]
    [InlineData("remote", true)]
    [InlineData("none", true)]
    [InlineData(null, true)]
    public async Task GpuWorkers_HereAreRefused_AndNoneUnlessTheSettingsSaySo(string? workers, bool taken)
    {
        (string, string)[] given = workers is null ? [] : [("Gpu:Workers", workers)];
        await using WebApplication host = Build([("Storage:ConnectionString", Emulator), .. given]);
        GpuOptions Read() => host.Services.GetRequiredService<IOptions<GpuOptions>>().Value;
        if (taken) Assert.Equal(workers ?? "none", Read().Workers.ToString().ToLowerInvariant());
        else Assert.Contains("Gpu:Workers", Assert.Throws<OptionsValidationException>(Read).Message, StringComparison.Ordinal);
    }

    /// <summary>The paths of blob triggers are fixed.</summary>
    [Fact]
    public void Start_WithAPrefixOfContainers_IsRefused()
    {
        OptionsValidationException refused = Assert.Throws<OptionsValidationException>(() => Build(("Storage:ConnectionString", Emulator), ("Storage:ContainerPrefix", "two-")));
        Assert.StartsWith("Storage:ContainerPrefix is set", Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    /// <summary>As local.settings.json and host.json are, and as Bicep deploys them: nothing in them gets in the way.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Examinations_OfOurOwnSettings_FindNothing(bool deployed)
    {
        await using WebApplication host = Build(deployed ? Deployed() : [.. LocalValues().Select(value => (value.Key.Replace("__", ":", StringComparison.Ordinal), value.Value))]);
        IExamination[] all = [.. host.Services.GetServices<IExamination>()];
        Assert.Equal(["gpu_workers", "inbox_triggers", "inboxes", "models", "request_limits", "roles", "scheduler", "step_limits"], all.Select(one => one.Name).Order());
        foreach (IExamination one in all.Where(one => one.Name is "inbox_triggers" or "request_limits" or "scheduler" or "step_limits"))
        {
            HealthCheck found = await one.ExamineAsync(default);
            Assert.True(found.Status == HealthStatus.Healthy, $"{one.Name}: {found.Message}");
        }

        string[] acts = [.. host.Services.GetServices<IPermissionProbe>().Select(probe => probe.Permission.Act)];
        Assert.Equal(deployed ? ["call GPU workers", "reach the orchestrations", "sign addresses of uploads", "write and remove blobs", "write and remove rows"]
            : ["reach the orchestrations", "write and remove blobs", "write and remove rows"], acts.Order());
        string role = host.Services.GetServices<IPermissionProbe>().Single(probe => probe.Permission.Act == "reach the orchestrations").Permission.Role;
        Assert.Equal(deployed ? "Durable Task Data Contributor" : "Storage Table Data Contributor", role);
    }

    [Fact]
    public async Task Services_OfTheHost_AreComplete()
    {
        await using WebApplication host = Build(("Storage:ConnectionString", Emulator));
        Assert.NotEmpty(host.Services.GetServices<ISweep>());
        Assert.All(Trigger.All.Select(trigger => trigger.Method.DeclaringType!).Distinct(), type => Assert.NotNull(ActivatorUtilities.CreateInstance(host.Services, type)));
    }

    [Fact]
    public void HostFile_NamesTheScheduler_AndLeavesTheGpuWorkersWorkToThem()
    {
        JsonElement durable = Read("host.json").GetProperty("extensions").GetProperty("durableTask"), storage = durable.GetProperty("storageProvider");
        Assert.Equal("azureManaged", storage.GetProperty("type").GetString());
        Assert.True(storage.GetProperty("workItemFilteringEnabled").GetBoolean());
        Assert.Equal("OpenTelemetry", Read("host.json").GetProperty("telemetryMode").GetString());
    }

    [Fact]
    public void LocalSettings_UseTheEmulator_AndTurnEventsOff()
    {
        Dictionary<string, string> values = LocalValues();
        Assert.Equal((Emulator, "none", "AzureStorage"), (values["Storage__ConnectionString"], values["Gpu__Workers"], values["AzureFunctionsJobHost__extensions__durableTask__storageProvider__type"]));
        string[] onEvent = [.. Trigger.NamesOf<BlobTriggerAttribute>().Where(name => name.EndsWith("OnEvent", StringComparison.Ordinal))];
        Assert.Equal(onEvent.Order(), values.Keys.Where(name => name.EndsWith(".Disabled", StringComparison.Ordinal)).Select(name => name.Split('.')[1]).Order());
    }

    static Dictionary<string, string> LocalValues() => Read("local.settings.json").GetProperty("Values").EnumerateObject().ToDictionary(value => value.Name, value => value.Value.GetString()!);

    static (string, string)[] Deployed() =>
    [
        ("Storage:BlobServiceUri", "https://acc.blob.core.windows.net/"), ("Storage:TableServiceUri", "https://acc.table.core.windows.net/"), ("Storage:QueueServiceUri", "https://acc.queue.core.windows.net/"),
        ("AzureWebJobsStorage:accountName", "acc"), ("DURABLE_TASK_SCHEDULER_CONNECTION_STRING", "Endpoint=https://a.b.durabletask.io;TaskHub=dgxmusic;Authentication=ManagedIdentity;ClientID=c"),
        ("Gpu:Workers", "remote"), ("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "220200960"),
        ("AzureWebJobs.SeparateOnScan.Disabled", "true"), ("AzureWebJobs.ChainsOnScan.Disabled", "true"), ("AzureWebJobs.ReferencesOnScan.Disabled", "true"),
    ];

    static JsonElement Read(string file) => JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file))).RootElement;

    static WebApplication Build(params (string Name, string Value)[] settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(FunctionsServices.Defaults).AddInMemoryCollection(settings.ToDictionary(one => one.Name, one => (string?)one.Value));
        builder.Services.AddFunctionsHost(builder.Configuration);
        return builder.Build();
    }
}
