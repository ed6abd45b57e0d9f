using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Live;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Orchestrations;

/// <summary>A live session that was opened.</summary>
/// <param name="Folder">Of its scratch, <c>YYYY/MM/DD/{job}</c>.</param>
/// <param name="OnCpu">Not on GPUs of other processes: audio that is waited for cannot wait for one.</param>
public sealed record LiveInput(string JobId, string Folder, LiveFacts Facts, bool OnCpu = false) : IJobInput;

/// <summary>How far the work on a session has come.</summary>
/// <param name="Tail">What the last step adds to the next; null where there is nothing.</param>
public sealed record LiveProgress(LivePoint Point, BlobRef? Tail)
{
    public static readonly LiveProgress Start = new(LivePoint.Start, null);
}

/// <summary>
/// Takes music apart while it is pushed: works on what is there, and waits for more until the session is over. It hears of new audio when it is enough for a step and not
/// before, so that an hour makes some thousands of events at most, however small the chunks are.
/// </summary>
public static class SeparateLive
{
    public static readonly Orchestration<LiveInput, LiveResult> Definition = new(nameof(SeparateLive), version: 1, RunAsync);

    /// <summary>The instance that waits, of a session's job.</summary>
    public static string InstanceOf(string jobId) => $"{jobId}.{nameof(SeparateLive)}.0";

    public static string EventOf(int turn) => $"audio:{turn}";

    static async Task<LiveResult> RunAsync(IOrchestrationContext context, LiveInput input)
    {
        LiveProgress progress = LiveProgress.Start;
        for (int turn = 0; ;)
        {
            LiveOrders orders = await context.CallActivityAsync(HearSession.Definition, new(input, progress.Point, turn));
            if (orders.Result is { } result) return result;
            if (orders.Frames is { } frames) progress = await context.CallActivityAsync(input.OnCpu ? SeparateSteps.OnCpu : SeparateSteps.Definition, new(input.JobId, input, progress, frames, orders.IsWhole));
            else if (await WaitAsync(context, turn, orders.Patience)) turn++;
        }
    }

    /// <returns>False if nothing came: then the session is looked at anyway.</returns>
    static async Task<bool> WaitAsync(IOrchestrationContext context, int turn, TimeSpan patience)
    {
        try
        {
            return await context.WaitForExternalEvent<bool>(EventOf(turn), patience);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
