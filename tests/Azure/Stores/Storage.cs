using System.Net.Sockets;
using System.Reflection;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using DgxMusic.Azure.Stores;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("DgxMusic.Azure.Tests.Stores.StorageFramework", "DgxMusic.Azure.Tests")]

namespace DgxMusic.Azure.Tests.Stores;

/// <summary>The tests of this class speak to a storage emulator; where none answers they are skipped.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsStorageAttribute : Attribute;

/// <summary>A storage account for one test: containers and tables of its own, gone afterwards.</summary>
/// <remarks>Its address is <c>DGXMUSIC_TEST_STORAGE</c>, a connection string; else the emulator's usual ports, or those in <c>AZURITE_BLOB</c> and <c>AZURITE_TABLE</c>.</remarks>
sealed class Storage : IAsyncDisposable
{
    /// <summary>The emulator's published name and key.</summary>
    const string Account = "devstoreaccount1", Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    static readonly Lazy<bool> answers = new(() => Answers(new BlobServiceClient(ConnectionString).Uri) && Answers(new TableServiceClient(ConnectionString).Uri));

    readonly string prefix = "t" + Guid.NewGuid().ToString("N")[..12];

    public Storage(Action<ClientOptions>? configure = null)
    {
        Options = new() { ConnectionString = ConnectionString, ContainerPrefix = prefix + "-", TablePrefix = prefix };
        (Blobs, Tables) = (StorageClients.Blobs(Options, configure), StorageClients.Tables(Options, configure));
        Signer = new(Blobs, TimeProvider.System);
        Names = new(Options.ContainerPrefix, null);
        Store = new(Blobs, Names, Signer);
        Catalog = new(Tables, Options.TablePrefix);
    }

    public static string ConnectionString { get; } = Environment.GetEnvironmentVariable("DGXMUSIC_TEST_STORAGE") is { Length: > 0 } given ? given
        : $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={Endpoint("AZURITE_BLOB", 10000)};TableEndpoint={Endpoint("AZURITE_TABLE", 10002)};QueueEndpoint={Endpoint("AZURITE_QUEUE", 10001)};";

    public static bool IsThere => answers.Value;

    public StorageOptions Options { get; }

    public BlobServiceClient Blobs { get; }

    public TableServiceClient Tables { get; }

    public ContainerNames Names { get; }

    public BlobSigner Signer { get; }

    public ContainerBlobStore Store { get; }

    public TableCatalog Catalog { get; }

    public async ValueTask DisposeAsync()
    {
        Signer.Dispose();
        foreach (string container in Names.All) await Blobs.GetBlobContainerClient(container).DeleteIfExistsAsync();
        await foreach (global::Azure.Data.Tables.Models.TableItem table in Tables.QueryAsync())
        {
            if (table.Name.StartsWith(prefix, StringComparison.Ordinal)) await Tables.DeleteTableAsync(table.Name);
        }
    }

    static string Endpoint(string variable, int port) => Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } address ? $"http://127.0.0.1:{port}/{Account}"
        : address.Contains("//", StringComparison.Ordinal) ? address : $"http://127.0.0.1:{address}/{Account}";

    static bool Answers(Uri address)
    {
        try
        {
            using var socket = new TcpClient();
            return socket.ConnectAsync(address.Host, address.Port).Wait(TimeSpan.FromSeconds(2));
        }
        catch (AggregateException)
        {
            return false;
        }
    }
}

/// <summary>Runs the tests as ever, and skips those that need a storage emulator where none answers: contracts are facts of a base class, which cannot know.</summary>
public sealed class StorageFramework(IMessageSink messages) : XunitTestFramework(messages)
{
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) => new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    sealed class Executor(AssemblyName assembly, ISourceInformationProvider sources, IMessageSink messages) : XunitTestFrameworkExecutor(assembly, sources, messages)
    {
        static readonly PropertyInfo skipReason = typeof(XunitTestCase).GetProperty(nameof(XunitTestCase.SkipReason))!;

        protected override void RunTestCases(IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions)
        {
            IXunitTestCase[] cases = [.. testCases];
            foreach (XunitTestCase test in cases.OfType<XunitTestCase>().Where(NeedsStorage))
                skipReason.SetValue(test, "No storage emulator answers: start Azurite, or name its address in DGXMUSIC_TEST_STORAGE.");
            base.RunTestCases(cases, executionMessageSink, executionOptions);
        }

        static bool NeedsStorage(XunitTestCase test) =>
            test.TestMethod.TestClass.Class.GetCustomAttributes(typeof(NeedsStorageAttribute)).Any() && !Storage.IsThere;
    }
}
