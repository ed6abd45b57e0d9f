using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Tests.Uploads;

/// <summary>A host that may fetch from a server on this machine.</summary>
public abstract class RemoteUploadsStory : IAsyncLifetime
{
    public static Caller Somebody { get; } = new("key_1", "somebody", Tier.Free, IsAdmin: false);

    public FileServer Server { get; } = new();

    public TestHost Host { get; } = new(settings: ("Uploads:AllowPrivateAddresses", "true"));

    public UploadRegister Register => Host.Get<UploadRegister>();

    public UploadReceiver Receiver => Host.Get<UploadReceiver>();

    public RemoteUploads Remote => Host.Get<RemoteUploads>();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        Host.Dispose();
        await Server.DisposeAsync();
    }

    public Task<UploadRow> AcceptAsync(string path, string? fileName = null) => Remote.AcceptAsync(Caller.OwnerId, Server.At(path), fileName, null);

    public async Task<UploadRow> RunAsync(UploadRow accepted)
    {
        await Host.Orchestrator.RunAllAsync();
        return (await Register.FindAsync(accepted.UploadId))!;
    }
}
