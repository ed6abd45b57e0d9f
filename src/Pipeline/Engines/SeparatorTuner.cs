using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Jobs;
using Microsoft.Extensions.Logging;

namespace DgxMusic.Pipeline.Engines;

/// <summary>
/// Measures, once for each type of machine, how fast the installed separators are and with how many threads they are fastest. Only while nothing else is done; whoever wants a model
/// meanwhile gets it after the window that is being measured, and what was measured so far counts for nothing.
/// </summary>
public sealed class SeparatorTuner(SeparatorRegistry separators, ModelPool pool, TuningStore store, QueueStatistics queue, TimeProvider clock, ILogger<SeparatorTuner> log)
{
    // One to warm up: it has code compiled and memory touched.
    const int Windows = 4;

    /// <summary>Fewer threads are tried for as long as that makes it no slower than this.</summary>
    const double Worse = 1.05;

    /// <summary>Measures what no machine of this type has measured.</summary>
    /// <returns>Names of the models that were.</returns>
    public async Task<IReadOnlyList<string>> TuneAsync(CancellationToken cancel = default)
    {
        List<string> tuned = [];
        foreach (ISourceSeparator separator in separators.All.Where(separator => separator is { IsInstalled: true, StaysLoaded: true }))
        {
            bool onCpu = separator.Facts.Device == SeparationDevices.Cpu;
            if (await store.IsMeasuredAsync(separator.Facts, onCpu, cancel) || await IsBusyAsync(cancel)) continue;
            try
            {
                if (await MeasureAsync(separator, onCpu, cancel) is not { } tried || await IsBusyAsync(cancel)) continue;
                await store.MeasuredAsync(separator.Facts, onCpu, tried, cancel);
                log.LogInformation("{Model}: {Figures}.", separator.Facts.Name, string.Join(", ", tried.Select(pair => FormattableString.Invariant($"{pair.Value:F3} s a window with {pair.Key} threads"))));
                tuned.Add(separator.Facts.Name);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogWarning(fault, "{Model} could not be measured.", separator.Facts.Name);
            }
        }

        return tuned;
    }

    /// <summary>All processors first, then half of them again and again.</summary>
    internal static IEnumerable<int> ThreadsToTry(int processors)
    {
        for (int threads = processors; threads >= 1; threads /= 2) yield return threads;
    }

    /// <returns>Seconds a unit by number of threads; null where somebody wanted a model meanwhile.</returns>
    async Task<Dictionary<int, double>?> MeasureAsync(ISourceSeparator separator, bool onCpu, CancellationToken cancel)
    {
        using PoolReservation? place = pool.TryReserve();
        if (place is null) return null;
        var tried = new Dictionary<int, double>();
        foreach (int threads in onCpu ? ThreadsToTry(Environment.ProcessorCount) : [0])
        {
            if (await Task.Run(() => Measure(separator, new(OnCpu: onCpu, Stopping: cancel) { Threads = threads }, place), cancel) is not { } seconds) return null;
            double best = tried.Count == 0 ? seconds : tried.Values.Min();
            tried[threads] = seconds;
            if (seconds > Worse * best) break;
        }

        return tried;
    }

    double? Measure(ISourceSeparator separator, EngineRun run, PoolReservation place)
    {
        List<long> ends = [];
        try
        {
            using ISeparationModel model = separator.Open("", run);
            Rehearsal.Run(model, Windows, Note, run.Stopping);
            // Each run of a network but those that hear the first window.
            double[] seconds = [.. ends.Zip(ends.Skip(1), (from, to) => clock.GetElapsedTime(from, to).TotalSeconds).Skip(model.Networks - 1).Order()];
            return seconds.Length > 0 ? seconds[seconds.Length / 2] : throw new InvalidOperationException("The model tells nothing of its runs.");
        }
        catch (WantedException)
        {
            return null;
        }

        void Note()
        {
            if (place.IsWanted) throw new WantedException();
            ends.Add(clock.GetTimestamp());
        }
    }

    async Task<bool> IsBusyAsync(CancellationToken cancel) => await queue.ReadAsync(cancel) is { PendingJobs: > 0 } or { ProcessingJobs: > 0 };

    /// <summary>Somebody wants a model.</summary>
    sealed class WantedException : Exception;
}
