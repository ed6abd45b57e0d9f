using System.Text.Json;
using DgxMusic.Functions.Hosting;
using DgxMusic.Functions.Tests.Triggers;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Jobs;
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
        Dictionary<string, string> values = Read("local.settings.json").GetProperty("Values").EnumerateObject().ToDictionary(value => value.Name, value => value.Value.GetString()!);
        Assert.Equal((Emulator, "none", "AzureStorage"), (values["Storage__ConnectionString"], values["Gpu__Workers"], values["AzureFunctionsJobHost__extensions__durableTask__storageProvider__type"]));
        string[] onEvent = [.. Trigger.NamesOf<BlobTriggerAttribute>().Where(name => name.EndsWith("OnEvent", StringComparison.Ordinal))];
        Assert.Equal(onEvent.Order(), values.Keys.Where(name => name.EndsWith(".Disabled", StringComparison.Ordinal)).Select(name => name.Split('.')[1]).Order());
    }

    static JsonElement Read(string file) => JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file))).RootElement;

    static WebApplication Build(params (string Name, string Value)[] settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(FunctionsServices.Defaults).AddInMemoryCollection(settings.ToDictionary(one => one.Name, one => (string?)one.Value));
        builder.Services.AddFunctionsHost(builder.Configuration);
        return builder.Build();
    }
}
