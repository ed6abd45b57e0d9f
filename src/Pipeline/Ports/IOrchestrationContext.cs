using DgxMusic.Pipeline.Definitions;

namespace DgxMusic.Pipeline.Ports;

/// <summary>All that an orchestration may ask for: a part of Durable Functions' <c>TaskOrchestrationContext</c>, by its names.</summary>
public interface IOrchestrationContext
{
    /// <summary>The same on every replay; advances from await to await.</summary>
    DateTime CurrentUtcDateTime { get; }

    /// <summary>The same on every replay; a function of the instance and of how many were drawn before.</summary>
    Guid NewGuid();

    /// <summary>Runs an activity, again after faults as its definition says, and only while its job has a place.</summary>
    /// <exception cref="Contracts.PipelineException">It ended with that problem.</exception>
    /// <exception cref="JobCancelledException">The job was cancelled.</exception>
    /// <exception cref="StepFailedException">It faulted as often as its definition allows.</exception>
    Task<TOut> CallActivityAsync<TIn, TOut>(Activity<TIn, TOut> activity, TIn input);

    /// <summary>Runs a child under the id <c>{parent}.{Name}.{n}</c>, n counting this parent's calls of that name from 0.</summary>
    /// <inheritdoc cref="CallActivityAsync" path="/exception"/>
    Task<TOut> CallSubOrchestratorAsync<TIn, TOut>(Orchestration<TIn, TOut> orchestration, TIn input);

    /// <summary>Waits for an event raised to this instance; one raised before the wait counts. Names ignore case.</summary>
    /// <param name="timeout">Null waits for ever. A time-out loses no event: the next wait of that name gets it.</param>
    /// <exception cref="TimeoutException">None came.</exception>
    /// <exception cref="InvalidOperationException">Another wait for that name is open.</exception>
    Task<T> WaitForExternalEvent<T>(string name, TimeSpan? timeout = null);

    /// <summary>A durable timer. Cancel those that lost a race: an instance ends only when no timer is open.</summary>
    Task CreateTimer(TimeSpan delay, CancellationToken cancel = default);
}
