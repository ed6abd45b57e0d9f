using System.Text.Json;
using System.Text.RegularExpressions;

namespace DgxMusic.Contracts.Tests.Deployment;

/// <summary>Holds the files that deploy the program against the program: a wrong name in them would be noticed by a deployment only, or by nobody.</summary>
public sealed partial class InfraTests
{
    // What the Functions host and its libraries read.
    static readonly string[] platform =
    [
        "AzureWebJobsStorage__accountName", "AzureWebJobsStorage__credential", "AzureWebJobsStorage__clientId",
        "APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT",
    ];

    static readonly string main = Sources.Read("infra", "main.bicep"), functions = Sources.Read("infra", "modules", "functions.bicep"), storage = Sources.Read("infra", "modules", "storage.bicep"),
        scheduler = Sources.Read("infra", "modules", "scheduler.bicep"), gpuWorker = Sources.Read("infra", "modules", "gpu-worker.bicep"), subscriptions = Sources.Read("infra", "event-subscriptions.bicep");

    [Fact]
    public void AppSettings_EveryName_IsASettingOfTheProgramOrThePlatform()
    {
        using JsonDocument host = JsonDocument.Parse(Sources.Read("host.json"));
        string connection = host.RootElement.GetProperty("extensions").GetProperty("durableTask").GetProperty("storageProvider").GetProperty("connectionStringName").GetString()!;
        string block = functions[functions.IndexOf("resource settings 'config'", StringComparison.Ordinal)..functions.IndexOf("resource scm ", StringComparison.Ordinal)];
        string[] names = [.. Setting().Matches(block).Select(match => match.Groups["name"].Value), .. Variable().Matches(gpuWorker).Select(match => match.Groups["name"].Value)];
        HashSet<string> known = [.. new Sources().Settings(), .. platform, connection];
        string[] unknown = [.. names.Where(name => !known.Contains(name))];
        Assert.True(unknown.Length == 0, $"Nothing reads {string.Join(", ", unknown)}.");
        Assert.Superset(new HashSet<string>([connection, "Storage__BlobServiceUri", "Gpu__Workers"]), names.ToHashSet());
    }

    [Fact]
    public void Inboxes_EachTwice_HearEventsAndDoNotScan()
    {
        HashSet<string> existing = new Sources().Functions();
        string[] scanning = [.. Literals("scanning", functions)];
        (string Folder, string Function)[] hearing = [.. Inbox().Matches(subscriptions).Select(match => (match.Groups["folder"].Value, match.Groups["function"].Value))];
        Assert.Equal(new Sources().Words("Inboxes").Where(name => name is not ("refused" or "problem.json")).Order(), hearing.Select(inbox => inbox.Folder).Order());
        Assert.Equal(scanning.Select(name => name.Replace("OnScan", "OnEvent", StringComparison.Ordinal)).Order(), hearing.Select(inbox => inbox.Function).Order());
        Assert.Equal(existing.Where(name => name.EndsWith("OnScan", StringComparison.Ordinal)).Order(), scanning.Order());
        Assert.Equal(existing.Where(name => name.EndsWith("OnEvent", StringComparison.Ordinal)).Order(), hearing.Select(inbox => inbox.Function).Order());
        Assert.All(hearing, inbox => Assert.Contains($"\"AzureWebJobs.{inbox.Function}.Disabled\": \"true\"", Sources.Read("local.settings.json"), StringComparison.Ordinal));
    }

    [Fact]
    public void Containers_AreThoseOfTheProgram() =>
        Assert.Equal(new Sources().Words("Containers").Order(), Literals("containers", storage).Select(name => name is "scratch" or "models" ? Value(name, storage) : name).Order());

    [Fact]
    public void WakeQueue_IsTheOneThatTheProgramWritesTo() =>
        Assert.Contains($"const string QueueName = \"{Value("wakeQueue", storage)}\"", Sources.Read("src", "Azure", "Gpu", "QueueAddress.cs"), StringComparison.Ordinal);

    [Fact]
    public void TaskHub_IsTheHostsOwn()
    {
        using JsonDocument host = JsonDocument.Parse(Sources.Read("host.json"));
        Assert.Equal(host.RootElement.GetProperty("extensions").GetProperty("durableTask").GetProperty("hubName").GetString(), Value("hub", scheduler));
    }

    [Fact]
    public void Parameters_AllAreExplainedSetAndListed()
    {
        using JsonDocument file = JsonDocument.Parse(Sources.Read("infra", "main.parameters.json"));
        string[] parameters = [.. Parameter().Matches(main).Select(match => match.Groups["name"].Value)];
        Assert.Equal(parameters, file.RootElement.GetProperty("parameters").EnumerateObject().Select(parameter => parameter.Name));
        Assert.All(Parameter().Matches(main), match => Assert.Contains("@description('", match.Groups["decorators"].Value, StringComparison.Ordinal));
        string readme = Sources.Read("infra", "README.md");
        Assert.All(file.RootElement.GetProperty("parameters").EnumerateObject(), parameter => Assert.Contains($"`{Environment().Match(parameter.Value.GetProperty("value").GetString()!).Groups["name"].Value}`", readme, StringComparison.Ordinal));
    }

    [Fact]
    public void Hooks_VariablesAndFiles_AreThere()
    {
        string[] hooks = [.. Hook().Matches(Sources.Read("azure.yaml")).Select(match => match.Groups["path"].Value)];
        Assert.Equal(Directory.GetFiles(Path.Combine(Sources.Root, "infra", "hooks")).Select(Path.GetFileName).Order(), hooks.Select(Path.GetFileName).Order());
        HashSet<string> outputs = [.. Output().Matches(main).Select(match => match.Groups["name"].Value), "AZURE_SUBSCRIPTION_ID"];
        string[] read = [.. hooks.SelectMany(hook => Wanted().Matches(Sources.Read(hook))).Select(match => match.Groups["name"].Value).Distinct()];
        Assert.NotEmpty(read);
        Assert.All(read, name => Assert.Contains(name, outputs));
    }

    [Fact]
    public void Image_StartsTheWorkerAndListensWhereItIsAsked()
    {
        string dockerfile = Sources.Read("infra", "gpu-worker.Dockerfile");
        Assert.Contains("ENTRYPOINT [\"dotnet\", \"DgxMusic.GpuWorker.dll\"]", dockerfile, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Sources.Root, "src", "GpuWorker", "DgxMusic.GpuWorker.csproj")));
        string program = Sources.Read("src", "GpuWorker", "WorkerProgram.cs");
        Assert.Equal(["/healthz", "/healthz", "/readyz"], Probe().Matches(gpuWorker).Select(match => match.Groups["path"].Value));
        Assert.All(Probe().Matches(gpuWorker), match => Assert.Contains($"MapGet(\"{match.Groups["path"].Value}\"", program, StringComparison.Ordinal));
        Assert.Contains($"ASPNETCORE_HTTP_PORTS={Regex.Match(gpuWorker, @"var healthPort = (\d+)").Groups[1].Value} ", dockerfile, StringComparison.Ordinal);
        Assert.Contains("infra/gpu-worker.Dockerfile", Sources.Read("azure.yaml"), StringComparison.Ordinal);
    }

    static IEnumerable<string> Literals(string array, string bicep) =>
        Regex.Match(bicep, $@"^var {array} = \[(?<items>[^\]]*)\]", RegexOptions.Multiline).Groups["items"].Value.Split(',').Select(item => item.Trim().Trim('\''));

    static string Value(string variable, string bicep) => Regex.Match(bicep, $"^var {variable} = '(?<value>[^']*)'", RegexOptions.Multiline).Groups["value"].Value;

    [GeneratedRegex(@"(?:^ {8}|\? \{\} : \{ )(?<name>[A-Z]\w+): ", RegexOptions.Multiline)]
    private static partial Regex Setting();

    [GeneratedRegex(@"\{ name: '(?<name>\w+)', value: ")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\{ folder: '(?<folder>[^']+)', function: '(?<function>[^']+)' \}")]
    private static partial Regex Inbox();

    [GeneratedRegex(@"httpGet: \{ path: '(?<path>[^']+)'")]
    private static partial Regex Probe();

    [GeneratedRegex(@"^(?<decorators>(?:@.*\n)*)param (?<name>\w+) ", RegexOptions.Multiline)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\$\{(?<name>\w+)\}")]
    private static partial Regex Environment();

    [GeneratedRegex(@"^ +run: (?<path>\S+)$", RegexOptions.Multiline)]
    private static partial Regex Hook();

    [GeneratedRegex(@"^output (?<name>\w+) ", RegexOptions.Multiline)]
    private static partial Regex Output();

    // Those that end the hook where they are missing.
    [GeneratedRegex("\"\\$(?<name>[A-Z][A-Z_]+)\"")]
    private static partial Regex Wanted();
}
