using System.Globalization;
using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Contracts;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Storage;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>How the command line reaches the jobs of a data folder: through the server that has it, else in this process.</summary>
abstract class Gateway : IAsyncDisposable
{
    /// <exception cref="PipelineException"><see cref="Problem.DataInUse"/>: another command works in that folder.</exception>
    public static async Task<Gateway> OpenAsync(string dataFolder, CancellationToken cancel)
    {
        if (DataFolder.FindHolder(dataFolder) is { Port: { } port } holder) return new ServerGateway(new(dataFolder, holder.Outputs), port);
        return await LocalGateway.OpenAsync(DataFolder.Take(dataFolder), cancel);
    }

    /// <summary>The files, which lie on this machine whoever works on them.</summary>
    public abstract FolderBlobStore Store { get; }

    public abstract Task<JobResource> SubmitAsync(GenerationRequest request, CancellationToken cancel);

    public abstract Task<JobResource> ReadAsync(string jobId, CancellationToken cancel);

    public abstract Task<IReadOnlyList<JobResource>> ListAsync(int limit, CancellationToken cancel);

    public abstract Task CancelAsync(string jobId, CancellationToken cancel);

    public abstract Task<QueueReport> StatisticsAsync(CancellationToken cancel);

    public abstract Task<CleanupReport> CleanAsync(int daysOld, bool dryRun, CancellationToken cancel);

    public abstract ValueTask DisposeAsync();

    /// <summary>Where a file of the store lies on this machine.</summary>
    public string PathOf(FileLink file) => Store.PathOf(BlobRef.Parse(file.Path));
}

/// <inheritdoc/>
sealed class LocalGateway : Gateway
{
    readonly DataFolder data;
    readonly ServiceProvider services;

    LocalGateway(DataFolder data, ServiceProvider services) => (this.data, this.services) = (data, services);

    public override FolderBlobStore Store => services.GetRequiredService<FolderBlobStore>();

    public static async Task<LocalGateway> OpenAsync(DataFolder data, CancellationToken cancel)
    {
        ServiceProvider? services = null;
        try
        {
            services = new ServiceCollection()
                .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddEnvironmentVariables().AddEnvironmentVariables("DGXMUSIC_").Build())
                .AddLogging(logging => logging.AddFilter(level => level >= LogLevel.Error).AddSimpleConsole())
                .Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
                .AddLocalHost(data)
                .BuildServiceProvider();
            await services.GetRequiredService<JobHost>().StartAsync(cancel);
            return new(data, services);
        }
        catch
        {
            if (services is not null) await services.DisposeAsync();
            data.Dispose();
            throw;
        }
    }

    public override async Task<JobResource> SubmitAsync(GenerationRequest request, CancellationToken cancel) =>
        await DescribeAsync(await services.GetRequiredService<JobDesk>().SubmitAsync(request, JobTerms.Local, cancel), cancel);

    public override async Task<JobResource> ReadAsync(string jobId, CancellationToken cancel) =>
        await DescribeAsync(await services.GetRequiredService<JobLedger>().GetAsync(jobId, cancel), cancel);

    public override async Task<IReadOnlyList<JobResource>> ListAsync(int limit, CancellationToken cancel)
    {
        List<JobResource> jobs = [];
        await foreach (Job job in services.GetRequiredService<JobIndex>().ListAsync(cancel))
        {
            if (jobs.Count == limit) break;
            jobs.Add(await DescribeAsync(job, cancel));
        }

        return jobs;
    }

    public override Task CancelAsync(string jobId, CancellationToken cancel) => services.GetRequiredService<JobDesk>().CancelAsync(jobId, Caller.Owner, force: true, cancel);

    public override Task<QueueReport> StatisticsAsync(CancellationToken cancel) => services.GetRequiredService<QueueStatistics>().ReadAsync(cancel);

    public override Task<CleanupReport> CleanAsync(int daysOld, bool dryRun, CancellationToken cancel) => services.GetRequiredService<Retention>().CleanAsync(daysOld, dryRun, cancel);

    public override async ValueTask DisposeAsync()
    {
        await services.GetRequiredService<JobHost>().StopAsync(CancellationToken.None);
        await services.DisposeAsync();
        data.Dispose();
    }

    async Task<JobResource> DescribeAsync(Job job, CancellationToken cancel) =>
        JobResource.Of(job, await services.GetRequiredService<JobQueue>().PositionAsync(job, cancel), DateTime.UtcNow);
}

/// <inheritdoc/>
sealed class ServerGateway(FolderBlobStore store, int port) : Gateway
{
    readonly HttpClient http = new() { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")) };

    public override FolderBlobStore Store => store;

    public override async Task<JobResource> SubmitAsync(GenerationRequest request, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await http.PostAsJsonAsync($"{Links.Root}/generate", GenerationBody.Write(request), ApiJson.Options, cancel);
        return await ReadAsync((await ReadAsync<Acceptance>(answer, cancel)).JobId, cancel);
    }

    public override Task<JobResource> ReadAsync(string jobId, CancellationToken cancel) => GetAsync<JobResource>(Links.Job(Uri.EscapeDataString(jobId)), cancel);

    public override async Task<IReadOnlyList<JobResource>> ListAsync(int limit, CancellationToken cancel) =>
        (await GetAsync<JobList>(string.Create(CultureInfo.InvariantCulture, $"{Links.Root}/jobs?limit={limit}"), cancel)).Jobs;

    public override async Task CancelAsync(string jobId, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await http.DeleteAsync($"{Links.Job(Uri.EscapeDataString(jobId))}?force=true", cancel);
        await ReadAsync<Cancellation>(answer, cancel);
    }

    public override Task<QueueReport> StatisticsAsync(CancellationToken cancel) => GetAsync<QueueReport>($"{Links.Root}/queue/stats", cancel);

    public override async Task<CleanupReport> CleanAsync(int daysOld, bool dryRun, CancellationToken cancel)
    {
        string address = string.Create(CultureInfo.InvariantCulture, $"{Links.Root}/storage/cleanup?days_old={daysOld}&dry_run={(dryRun ? "true" : "false")}");
        using HttpResponseMessage answer = await http.PostAsync(address, null, cancel);
        return await ReadAsync<CleanupReport>(answer, cancel);
    }

    public override ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    async Task<T> GetAsync<T>(string address, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await http.GetAsync(address, cancel);
        return await ReadAsync<T>(answer, cancel);
    }

    static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancel)
    {
        await using Stream body = await answer.Content.ReadAsStreamAsync(cancel);
        if (answer.IsSuccessStatusCode) return (await JsonSerializer.DeserializeAsync<T>(body, ApiJson.Options, cancel))!;
        ErrorBody error = (await JsonSerializer.DeserializeAsync<ErrorBody>(body, ApiJson.Options, cancel))!;
        Problem problem = Problem.BySlug.GetValueOrDefault(error.Code.Replace('_', '-').ToLowerInvariant()) ?? Problem.Internal;
        throw new PipelineException(problem, error.Error, error.Details);
    }
}
