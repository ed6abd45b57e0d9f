using System.Collections.Concurrent;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Tests.Contracts;

/// <param name="Throw">null, <c>problem</c>, <c>cancel</c> or <c>bug</c>.</param>
public sealed record Chore(string JobId, string Key, int Milliseconds = 0, string? Throw = null);

/// <summary>Counts its runs by key, so that a test sees what ran how often.</summary>
public sealed class Work : IActivity<Chore, int>
{
    public static readonly Activity<Chore, int> Definition = Activity<Chore, int>.Of<Work>(1, Lane.Io, JobStep.Generating, Retry.None);

    public static ConcurrentDictionary<string, int> Runs { get; } = new();

    public async Task<int> RunAsync(Chore chore, ActivityContext context)
    {
        int run = Runs.AddOrUpdate(chore.JobId + chore.Key, 1, (_, runs) => runs + 1);
        await Task.Delay(chore.Milliseconds, context.Stopping);
        return chore.Throw switch
        {
            null => run,
            "problem" => throw new PipelineException(Problem.UnreadableAudio, $"{chore.Key} is no audio", new Dictionary<string, string> { ["file"] = chore.Key }),
            "cancel" => throw new JobCancelledException(),
            _ => throw new IOException($"{chore.Key} broke"),
        };
    }
}

/// <summary>The same work, tried again at once when it faults.</summary>
public sealed class StubbornWork : IActivity<Chore, int>
{
    public static readonly Activity<Chore, int> Definition =
        Activity<Chore, int>.Of<StubbornWork>(1, Lane.Io, JobStep.Generating, new Retry(3, TimeSpan.FromMilliseconds(10), 2));

    public async Task<int> RunAsync(Chore chore, ActivityContext context)
    {
        int run = await new Work().RunAsync(chore with { Throw = null }, context);
        return run < 3 && chore.Throw is not null ? await new Work().RunAsync(chore with { JobId = "", Key = $"{chore.JobId}{chore.Key}/fault" }, context) : run;
    }
}

/// <summary>What JSON has no word for, or several.</summary>
public sealed record AnyShape(double NotANumber, double[] Endless, ulong Big, double Small, long? Nothing, JobStep Step, string Text, TimeSpan Span, DateTime Time)
{
    public static readonly AnyShape Sample = new(
        double.NaN, [double.PositiveInfinity, double.NegativeInfinity, -0.0], (1UL << 63) + 1, double.Epsilon, null, JobStep.Generating, "\"[quoted]\" <&> 🎻\n",
        TimeSpan.FromTicks(1), DateTime.UnixEpoch.AddTicks(1));
}

/// <summary>Gives back what it gets.</summary>
public sealed class Echo : IActivity<AnyShape?[], AnyShape?[]>
{
    public static readonly Activity<AnyShape?[], AnyShape?[]> Definition = Activity<AnyShape?[], AnyShape?[]>.Of<Echo>(1, Lane.Io, JobStep.Generating, Retry.None);

    public Task<AnyShape?[]> RunAsync(AnyShape?[] input, ActivityContext context) => Task.FromResult(input);
}

/// <summary>Orchestrations that each ask one question of a host.</summary>
public static class Probes
{
    static readonly List<OrchestrationDefinition> all = [];

    public static IReadOnlyList<OrchestrationDefinition> Orchestrations => all;

    public static IReadOnlyList<ActivityDefinition> Activities { get; } = [Work.Definition, StubbornWork.Definition, Echo.Definition];

    public static readonly Orchestration<string, string> Chain = Add("Chain", async (context, id) =>
    {
        int sum = 0;
        for (int n = 0; n < 5; n++) sum += await context.CallActivityAsync(Work.Definition, new(id, $"step{n}"));
        return $"{sum}";
    });

    public static readonly Orchestration<string, string> SlowChain = Add("SlowChain", async (context, id) =>
    {
        string log = "";
        for (int n = 0; n < 8; n++) log += await context.CallActivityAsync(Work.Definition, new(id, $"slow{n}", 30));
        return log;
    });

    public static readonly Orchestration<string, string> FanOut = Add("FanOut", async (context, id) =>
    {
        int[] runs = await Task.WhenAll(Enumerable.Range(0, 5).Select(n => context.CallActivityAsync(Work.Definition, new(id, $"fan{n}", 10 * n))));
        return string.Join(",", runs);
    });

    public static readonly Orchestration<string, string> Refused = Add("Refused", async (context, id) =>
    {
        try
        {
            return $"{await context.CallActivityAsync(StubbornWork.Definition, new(id, "a"))} {await context.CallActivityAsync(Work.Definition, new(id, "b", 0, "problem"))}";
        }
        catch (PipelineException refusal)
        {
            return $"{refusal.Problem.Slug} {refusal.Message} {refusal.Details["file"]}";
        }
    });

    public static readonly Orchestration<string, string> Cancelled = Add("Cancelled", async (context, id) =>
        $"{await context.CallActivityAsync(Work.Definition, new(id, "c", 0, "cancel"))}");

    public static readonly Orchestration<string, string> Refusing = Add("Refusing", async (context, id) =>
        $"{await context.CallActivityAsync(Work.Definition, new(id, "r", 0, "problem"))}");

    public static readonly Orchestration<string, string> Retried = Add("Retried", async (context, id) =>
        $"{await context.CallActivityAsync(StubbornWork.Definition, new(id, "r", 0, "bug"))}");

    public static readonly Orchestration<string, string> Broken = Add("Broken", async (context, id) =>
        $"{await context.CallActivityAsync(Work.Definition, new(id, "x", 0, "bug"))}");

    public static readonly Orchestration<string, string> Parent = Add("Parent", async (context, id) =>
    {
        string first = await context.CallSubOrchestratorAsync(Chain, id + "/1");
        return $"{first},{await context.CallSubOrchestratorAsync(Chain, id + "/2")}";
    });

    public static readonly Orchestration<string, string> ParentOfBroken = Add("ParentOfBroken", async (context, id) =>
    {
        try
        {
            return await context.CallSubOrchestratorAsync(Broken, id);
        }
        catch (StepFailedException fault)
        {
            return $"{fault.Step}|{fault.ErrorType}|{fault.ErrorMessage}";
        }
    });

    public static readonly Orchestration<string, string> ParentThatLetsFaultsPass = Add("ParentThatLetsFaultsPass", (context, id) => context.CallSubOrchestratorAsync(Broken, id));

    public static readonly Orchestration<string, string> GrandparentOfBroken = Add("GrandparentOfBroken", async (context, id) =>
    {
        try
        {
            return await context.CallSubOrchestratorAsync(ParentThatLetsFaultsPass, id);
        }
        catch (StepFailedException fault)
        {
            return $"{fault.Step}|{fault.ErrorType}|{fault.ErrorMessage}";
        }
    });

    public static readonly Orchestration<string, string> Faulty = Add("Faulty", (_, id) => throw new InvalidOperationException($"nothing is right with {id}"));

    public static readonly Orchestration<string, string> ParentOfFaulty = Add("ParentOfFaulty", async (context, id) =>
    {
        try
        {
            return await context.CallSubOrchestratorAsync(Faulty, "me");
        }
        catch (StepFailedException fault)
        {
            return $"{fault.Step}|{fault.ErrorType}|{fault.ErrorMessage}";
        }
    });

    public static readonly Orchestration<string, string> ParentOfRefused = Add("ParentOfRefused", async (context, id) =>
    {
        try
        {
            return await context.CallSubOrchestratorAsync(Refusing, id);
        }
        catch (PipelineException refusal)
        {
            return $"{refusal.Problem.Slug} {refusal.Message}";
        }
    });

    public static readonly Orchestration<string, string> Shapes = Add("Shapes", async (context, _) =>
        Payload.Write(await context.CallActivityAsync(Echo.Definition, [AnyShape.Sample, null])).GetRawText());

    public static readonly Orchestration<string, string> Waits = Add("Waits", async (context, id) =>
    {
        string first = await context.WaitForExternalEvent<string>("Word"), second;
        try
        {
            second = await context.WaitForExternalEvent<string>("word", TimeSpan.FromMilliseconds(80));
        }
        catch (TimeoutException)
        {
            second = "none";
            await context.CallActivityAsync(Work.Definition, new(id, "timed-out"));
        }

        return $"{first} {second} {await context.WaitForExternalEvent<string>("WORD")}";
    });

    public static readonly Orchestration<string, string> Timed = Add("Timed", async (context, id) =>
    {
        DateTime before = context.CurrentUtcDateTime;
        await context.CreateTimer(TimeSpan.FromMilliseconds(50));
        using var stop = new CancellationTokenSource();
        Task loser = context.CreateTimer(TimeSpan.FromHours(1), stop.Token);
        await context.CallActivityAsync(Work.Definition, new(id, "t"));
        stop.Cancel();
        return $"{context.CurrentUtcDateTime - before >= TimeSpan.FromMilliseconds(50)} {before.Kind} {loser.IsCanceled} {context.NewGuid() != context.NewGuid()}";
    });

    public static readonly Orchestration<string, string> LeavesWork = Add("LeavesWork", async (context, id) =>
    {
        Task<int> left = context.CallActivityAsync(Work.Definition, new(id, "left", 300));
        await context.CallActivityAsync(Work.Definition, new(id, "quick"));
        return $"{left.IsCompleted}";
    });

    public static readonly Orchestration<string, string> NotDurable = Add("NotDurable", async (context, id) =>
    {
        await context.CallActivityAsync(Work.Definition, new(id, "n"));
        await Task.Delay(20);
        return "survived";
    });

    public static readonly Orchestration<string, string> NotDurableAfterTimeout = Add("NotDurableAfterTimeout", async (context, id) =>
    {
        try
        {
            await context.WaitForExternalEvent<string>("never", TimeSpan.FromMilliseconds(20));
        }
        catch (TimeoutException)
        {
            // The wait for the event stays open.
        }

        await Task.Delay(20);
        return "survived";
    });

    public static readonly Orchestration<string, string> OffThread = Add("OffThread", async (context, id) =>
        $"{await Task.Run(() => context.CallActivityAsync(Work.Definition, new(id, "o")))}");

    public static readonly Orchestration<string, string> Nowhere = Add("Nowhere", async (context, id) =>
    {
        try
        {
            return $"{await context.CallActivityAsync(Activity<Chore, int>.Of<Unlisted>(1, Lane.Io, JobStep.Generating, Retry.None), new(id, "u"))}";
        }
        catch (StepFailedException fault)
        {
            return $"{fault.Step} {fault.ErrorMessage}";
        }
    });

    /// <summary>Asks for another step each time its code runs from the start.</summary>
    public static readonly Orchestration<string, string> Fickle = Add("Fickle", async (context, id) =>
    {
        int pass = Work.Runs.AddOrUpdate($"fickle{id}", 1, (_, runs) => runs + 1);
        await context.CallActivityAsync(Work.Definition, new(id, $"pass{pass}", 2000));
        return "survived";
    });

    /// <summary>Decides by what it cannot know again, and ends.</summary>
    public static readonly Orchestration<string, string> Moody = Add("Moody", async (context, id) =>
    {
        int pass = Work.Runs.AddOrUpdate($"moody{id}", 1, (_, runs) => runs + 1);
        return $"{await context.CallActivityAsync(Work.Definition, new(id, $"mood{pass}"))}";
    });

    /// <summary>Asks for a step of another name every other time its code runs from the start.</summary>
    public static readonly Orchestration<string, string> Wavering = Add("Wavering", async (context, id) =>
    {
        int pass = Work.Runs.AddOrUpdate($"wavering{id}", 1, (_, runs) => runs + 1);
        return $"{await context.CallActivityAsync(pass % 2 == 1 ? Work.Definition : StubbornWork.Definition, new(id, "w"))}";
    });

    public static readonly Orchestration<string, string> ParentOfWaits = Add("ParentOfWaits", (context, id) => context.CallSubOrchestratorAsync(Waits, id));

    public static readonly Orchestration<string, string> GrandparentOfWaits = Add("GrandparentOfWaits", (context, id) => context.CallSubOrchestratorAsync(ParentOfWaits, id));

    static Orchestration<string, string> Add(string name, Func<IOrchestrationContext, string, Task<string>> run)
    {
        var definition = new Orchestration<string, string>(name, 1, run);
        all.Add(definition);
        return definition;
    }

    sealed class Unlisted : IActivity<Chore, int>
    {
        public Task<int> RunAsync(Chore input, ActivityContext context) => Task.FromResult(0);
    }
}
