namespace DgxMusic.GpuWorker.Tests;

/// <summary>What the GPU worker says where it cannot start.</summary>
public sealed class StartTests
{
    const string Connection = "DURABLE_TASK_SCHEDULER_CONNECTION_STRING", Nowhere = "Endpoint=http://127.0.0.1:1;TaskHub=hub;Authentication=None";

    [Theory]
    [InlineData("Scheduler:Endpoint and Scheduler:TaskHub", "Storage__ConnectionString", "UseDevelopmentStorage=true")]
    [InlineData("Storage:BlobServiceUri and Storage:TableServiceUri", Connection, Nowhere)]
    [InlineData("unsupported authentication type", Connection, "Endpoint=http://127.0.0.1:1;TaskHub=hub;Authentication=Handshake")]
    [InlineData("There is no setting GpuWorker:Stop;", "GpuWorker__Stop", "5")]
    [InlineData("StopSeconds must be between 1 and 3600", "GpuWorker__StopSeconds", "0")]
    public async Task Start_SettingMissingOrWrong_SaysWhichAndFails(string expected, string name, string value)
    {
        await using WorkerProcess worker = WorkerProcess.Start((name, value));
        Assert.Equal(1, await worker.ExitCodeAsync());
        Assert.Contains(expected, Assert.Single(worker.Errors), StringComparison.Ordinal);
    }
}
