using System.Globalization;
using System.Text.RegularExpressions;

namespace DgxMusic.Pipeline.Engines;

/// <summary>A mock did what its hook told it.</summary>
public sealed class MockFaultException(string message) : Exception(message);

/// <summary>What a mock is told to do by marks in a prompt or title: <c>[[fail:2]]</c>, <c>[[sleep:1.5]]</c>, <c>[[gpu-oom]]</c>, <c>[[no-vocals]]</c>, <c>[[no-stems]]</c>. No other engine reads them.</summary>
/// <param name="Failures">So many first attempts end in a fault.</param>
/// <param name="SleepSeconds">The run lasts at least so long.</param>
/// <param name="GpuMemory">The GPU is out of memory, unless the run is on the CPU.</param>
sealed partial record MockHooks(int Failures, double SleepSeconds, bool GpuMemory, bool NoVocals, bool NoStems)
{
    /// <summary>As long as one look whether somebody wants to stop takes.</summary>
    static readonly TimeSpan nap = TimeSpan.FromMilliseconds(100);

    public static MockHooks Read(string text)
    {
        var hooks = new MockHooks(0, 0, false, false, false);
        foreach (Match mark in Mark().Matches(text))
        {
            double number = mark.Groups[2].Success ? double.Parse(mark.Groups[2].ValueSpan, CultureInfo.InvariantCulture) : 0;
            hooks = mark.Groups[1].Value switch
            {
                "fail" => hooks with { Failures = (int)Math.Min(number, int.MaxValue) },
                "sleep" => hooks with { SleepSeconds = number },
                "gpu-oom" => hooks with { GpuMemory = true },
                "no-vocals" => hooks with { NoVocals = true },
                "no-stems" => hooks with { NoStems = true },
                _ => hooks,
            };
        }

        return hooks;
    }

    /// <exception cref="MockFaultException">This attempt is one of those that fail.</exception>
    public void Begin(EngineRun run)
    {
        if (run.Attempt <= Failures) throw new MockFaultException($"The mock fails {Failures} times; this was attempt {run.Attempt}.");
    }

    /// <exception cref="GpuMemoryException">The run is to meet that.</exception>
    public void CheckMemory(EngineRun run)
    {
        if (GpuMemory && !run.OnCpu) throw new GpuMemoryException("The mock's GPU is out of memory.");
    }

    /// <summary>Sleeps for a moment if the run has to last longer.</summary>
    /// <param name="elapsed">Since it began.</param>
    /// <returns>False where it has lasted long enough.</returns>
    public bool Nap(TimeSpan elapsed, CancellationToken cancel)
    {
        TimeSpan rest = TimeSpan.FromSeconds(Math.Min(SleepSeconds, TimeSpan.MaxValue.TotalSeconds / 2)) - elapsed;
        if (rest <= TimeSpan.Zero) return false;
        cancel.WaitHandle.WaitOne(rest < nap ? rest : nap);
        cancel.ThrowIfCancellationRequested();
        return true;
    }

    [GeneratedRegex(@"\[\[(fail|sleep|gpu-oom|no-vocals|no-stems)(?::([0-9]{1,9}(?:\.[0-9]{1,9})?))?\]\]")]
    private static partial Regex Mark();
}
