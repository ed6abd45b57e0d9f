using System.Net;
using DgxMusic.Azure.Stores;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Storage;
using DgxMusic.Pipeline.Tests.Uploads;
using DgxMusic.Pipeline.Uploads;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DgxMusic.Azure.Tests.Stores;

public sealed class AzureStoreSettingsTests
{
    const string Blobs = "https://account.blob.core.windows.net", Tables = "https://account.table.core.windows.net";

    [Theory]
    [InlineData("Storage:BlobServiceUri and Storage:TableServiceUri say where")]
    [InlineData("Storage:BlobServiceUri and Storage:TableServiceUri say where", "Storage:BlobServiceUri", Blobs)]
    [InlineData("one or the other", "Storage:BlobServiceUri", Blobs, "Storage:ConnectionString", "UseDevelopmentStorage=true")]
    [InlineData("There is no setting Storage:BlobUri", "Storage:BlobUri", Blobs)]
    [InlineData("Storage:TablePrefix begins with", "Storage:ConnectionString", "UseDevelopmentStorage=true", "Storage:TablePrefix", "1-a")]
    [InlineData("Storage:ContainerPrefix has", "Storage:ConnectionString", "UseDevelopmentStorage=true", "Storage:ContainerPrefix", "Mine_")]
    public void AddAzureStores_SettingsThatSayTooLittleOrWrong_IsRefusedWithASentence(string sentence, params string[] settings)
    {
        var refusal = Assert.Throws<OptionsValidationException>(() => new ServiceCollection().AddAzureStores(Configuration(settings)));
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Music Files", "AUDIO_OUTPUT_DIR is 'Music Files'")]
    [InlineData("stems", "another container's name")]
    public void AddAzureStores_OutputsNamedAsNoContainerCanBe_IsRefused(string name, string sentence)
    {
        var refusal = Assert.Throws<OptionsValidationException>(
            () => Provider("Storage:ConnectionString", "UseDevelopmentStorage=true", "AUDIO_OUTPUT_DIR", name).GetRequiredService<IBlobStore>());
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddAzureStores_ByIdentity_HasEveryPortAndTheNamesOfTheSettings()
    {
        ServiceProvider provider = Provider("Storage:BlobServiceUri", Blobs, "Storage:TableServiceUri", Tables, "Storage:ClientId", "11111111-1111-1111-1111-111111111111", "AUDIO_OUTPUT_DIR", "music");
        Assert.IsType<CatalogEventLog>(provider.GetRequiredService<IEventLog>());
        Assert.NotNull(provider.GetRequiredService<ICatalog>());
        Assert.NotNull(provider.GetRequiredService<IDirectUploads>());
        ContainerBlobStore store = Assert.IsType<ContainerBlobStore>(provider.GetRequiredService<IBlobStore>());
        Assert.Equal($"{Blobs}/music/a/b.wav", store.ClientOf(new(Containers.Outputs, "a/b.wav")).Uri.AbsoluteUri);
        Assert.Equal($"{Blobs}/work/a%20b", store.ClientOf(new(Containers.Work, "a b")).Uri.AbsoluteUri);
    }

    internal static ServiceProvider Provider(params string[] settings)
    {
        IConfiguration configuration = Configuration(settings);
        return new ServiceCollection().AddSingleton(configuration).AddLogging().AddPipeline().AddAzureStores(configuration).BuildServiceProvider();
    }

    static IConfiguration Configuration(string[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Chunk(2).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1]))).Build();
}

/// <summary>The pipeline's uploads on an account, and callers who have nothing but an address.</summary>
[NeedsStorage]
public sealed class SignedUploadTests : IAsyncLifetime
{
    readonly Storage storage = new();
    readonly ServiceProvider services;

    public SignedUploadTests() => services = AzureStoreSettingsTests.Provider(
        "Storage:ConnectionString", Storage.ConnectionString, "Storage:ContainerPrefix", storage.Options.ContainerPrefix!, "Storage:TablePrefix", storage.Options.TablePrefix);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await services.DisposeAsync();
        await storage.DisposeAsync();
    }

    [Fact]
    [Trait("Requirement", "X-12")]
    public async Task Address_PutByAnybody_MakesAnUploadAndNothingElse()
    {
        UploadReceiver receiver = services.GetRequiredService<UploadReceiver>();
        byte[] wav = Waves.Sine(1);
        UploadRow row = await receiver.AnnounceAsync(Caller.OwnerId, "それ.wav", wav.Length);
        DirectAddress address = (await receiver.OfferAsync(row))!;
        Assert.Equal(HttpStatusCode.Created, await PutAsync(address, address.Url, wav));
        // The address neither reads nor replaces, and is for this one name.
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync(address.Url)).StatusCode);
        Assert.Contains(await PutAsync(address, address.Url, [1, 2]), (HttpStatusCode[])[HttpStatusCode.Forbidden, HttpStatusCode.Conflict]);
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(address, new(address.Url.AbsoluteUri.Replace("incoming-direct", "incoming-other", StringComparison.Ordinal)), wav));
        UploadRow ready = await receiver.ReadAsync(row.UploadId, Caller.Owner);
        Assert.Equal((UploadStatus.Ready, wav.Length, "wav"), (ready.Status, (int)ready.Bytes!, ready.Facts!.Format));
        IBlobStore store = services.GetRequiredService<IBlobStore>();
        Assert.Equal([row.Blob], await store.ListAsync(Containers.Uploads, "").Select(blob => blob.Ref).ToListAsync());
    }

    [Fact]
    public async Task Address_Expired_TakesNothing()
    {
        DirectAddress address = await services.GetRequiredService<IDirectUploads>().OfferAsync(new(Containers.Uploads, "a/incoming-direct"), DateTime.UtcNow.AddSeconds(-1));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(address, address.Url, [1]));
    }

    static async Task<HttpStatusCode> PutAsync(DirectAddress address, Uri url, byte[] content)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = new ByteArrayContent(content) };
        foreach ((string name, string value) in address.Headers) request.Headers.Add(name, value);
        using HttpResponseMessage answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
