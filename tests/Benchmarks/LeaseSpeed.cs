using System.Diagnostics;
using DgxMusic.Dsp;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Tensors.Managed;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DgxMusic.Benchmarks;

/// <summary>What it saves that a model stays loaded from job to job, and whether its memory comes back once it is let go.</summary>
static class LeaseSpeed
{
    const string Name = "htdemucs";
    const int Cycles = 3, WindowsBetween = 3;

    public static IEnumerable<Measurement> Run()
    {
        string folder = Directory.CreateTempSubdirectory("dgxmusic-leases-").FullName;
        try
        {
            string weights = Path.Combine(folder, "full.safetensors");
            FullSizeWeights.Write(weights, FullSizeWeights.Published);
            using var database = new SqliteDatabase(Path.Combine(folder, "catalog.db"));
            foreach (Measurement measurement in Run(weights, new(new SqliteCatalog(database), new NoGpuProbe()))) yield return measurement;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static IEnumerable<Measurement> Run(string weights, TuningStore tuning)
    {
        var options = new EngineOptions();
        var clock = new Later();
        using var pool = new ModelPool(new(new ModelStore("nowhere"), new(), [new OfAFile(weights)]), Options.Create(options), tuning, clock, NullLogger<ModelPool>.Instance);
        float[] noise = FullSizeWeights.Noise(FullSizeWeights.Published.SegmentFrames);
        List<double> cold = [], loading = [], warm = [], loaded = [], unloaded = [];
        double first = FirstWindow(pool, noise), before = 0;
        for (int cycle = 0; cycle <= Cycles; cycle++)
        {
            clock.Offset += TimeSpan.FromHours(1);
            pool.SweepAsync().GetAwaiter().GetResult();
            if (cycle == 0) before = Resident();
            else unloaded.Add(Resident());
            if (cycle == Cycles) break;
            loading.Add(Measurement.SecondsOf(() => pool.Lease(Name, "", new()).Dispose()));
            clock.Offset += TimeSpan.FromHours(1);
            pool.SweepAsync().GetAwaiter().GetResult();
            cold.Add(FirstWindow(pool, noise));
            for (int n = 0; n < WindowsBetween; n++) warm.Add(FirstWindow(pool, noise));
            loaded.Add(Resident());
        }

        yield return new("lease and first window, first of a process", [first], "s", "compiling is in it");
        yield return new("lease and first window, model not loaded", [.. cold], "s");
        yield return new("of it, loading (168 MB in the page cache)", [.. loading], "s");
        yield return new("lease and first window, model loaded", [.. warm], "s");
        yield return new("resident memory, model let go, before", [before], "MB", "after one load and window, so that what is compiled is in it");
        yield return new("resident memory, model loaded and used", [.. loaded], "MB");
        yield return new("resident memory, model let go", [.. unloaded], "MB", string.Join(", ", unloaded.Select(figure => figure.ToString("F0", System.Globalization.CultureInfo.InvariantCulture))));
    }

    static double FirstWindow(ModelPool pool, float[] noise) => Measurement.SecondsOf(() =>
    {
        using ModelLease<ISeparationModel> lease = pool.Lease(Name, "", new());
        var window = new AudioBuffer(44_100, [noise[..(noise.Length / 2)], noise[(noise.Length / 2)..]]);
        int frames = 0;
        IStemStream stream = lease.Model.Open(new(window.Frames, 0, 0.1), 44_100, new(), some => frames += some[0].Frames, null, default);
        stream.Process(window);
        if (frames == 0) throw new InvalidOperationException("The window gave nothing.");
    });

    static double Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / 1e6;
    }

    /// <summary>A clock that can be put forward.</summary>
    sealed class Later : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Offset.Ticks;
    }

    sealed class OfAFile(string weights) : ISourceSeparator
    {
        public EngineFacts Facts { get; } = new(Name, "1", null, "float32", "cpu");

        public IReadOnlyList<string> Stems => FullSizeWeights.Published.Sources;

        public bool IsInstalled => true;

        public bool StaysLoaded => true;

        public ISeparationModel Open(string title, EngineRun run) => HTDemucsBag.Load(Name, new ManagedEngine(run.Threads), [weights]);
    }
}
