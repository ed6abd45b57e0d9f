using DgxMusic.Contracts;
using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Pipeline.Engines;

/// <summary>Where weights are registered under names of their own.</summary>
public sealed class CustomModelDesk(ModelStore store, ModelPool pool, OpenJobs open, JobLedger ledger)
{
    /// <inheritdoc cref="CustomModels.AddAsync"/>
    public Task<(CustomModel Model, bool IsNew)> AddAsync(string name, Stream content, CancellationToken cancel = default) => store.Custom.AddAsync(name, content, cancel);

    /// <summary>Forgets a model and its weights. What was made with it stays.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.ModelNotFound"/>, <see cref="Problem.ModelNotCustom"/>; <see cref="Problem.ModelInUse"/>: a job that has not ended names it.</exception>
    public async Task<CustomModel> RemoveAsync(string name, CancellationToken cancel = default)
    {
        store.Custom.Get(name);
        if (await UserAsync(name, cancel) is { } job) throw new PipelineException(Problem.ModelInUse, $"{job} uses '{name}'; remove it once that job has ended, or cancel the job.");
        CustomModel removed = await store.Custom.RemoveAsync(name, cancel);
        pool.Forget(name);
        return removed;
    }

    /// <summary>A job that has not ended and names the model; null: none.</summary>
    async Task<string?> UserAsync(string name, CancellationToken cancel)
    {
        await foreach (string owner in open.OwnersAsync(cancel))
        {
            await foreach (OpenJob entry in open.ListAsync(owner, cancel))
            {
                if (await ledger.FindAsync(entry.JobId, cancel) is { IsTerminal: false } job && job.Model == name) return job.JobId;
            }
        }

        return null;
    }
}
