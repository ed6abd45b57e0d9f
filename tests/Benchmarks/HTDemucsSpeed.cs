using System.Diagnostics;
using DgxMusic.Audio;
using DgxMusic.Dsp;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Tensors;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Benchmarks;

/// <summary>HTDemucs at its published sizes beside PyTorch on the same weights; whole tracks beside the bare model.</summary>
static class HTDemucsSpeed
{
    public static IEnumerable<Measurement> Run()
    {
        string folder = Directory.CreateTempSubdirectory("dgxmusic-separation-").FullName, weights = Path.Combine(folder, "full.safetensors"), six = Path.Combine(folder, "six.safetensors");
        try
        {
            FullSizeWeights.Write(weights, FullSizeWeights.Published);
            FullSizeWeights.Write(six, FullSizeWeights.SixSources);
            yield return Segment("htdemucs", weights, threads: 2, aim: 2);
            yield return Segment("htdemucs", weights, threads: 1, aim: 1.75);
            yield return Segment("htdemucs_6s", six, threads: 2, aim: 2);
            foreach (Measurement measurement in Loading(weights, folder)) yield return measurement;
            foreach (Measurement measurement in Tracks(weights, folder)) yield return measurement;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static Measurement Segment(string name, string weights, int threads, double aim)
    {
        using var engine = new ManagedEngine(threads);
        HTDemucs model = HTDemucs.Load(engine, weights);
        float[] mix = FullSizeWeights.Noise(model.Config.SegmentFrames);
        return Duel.Of(
            $"{name}, one segment of {model.Config.SegmentSeconds:F1} s, {threads} thread(s)", model.Config.SegmentSeconds, aim,
            Opponent.OfTorchModel("htdemucs.py", weights, threads), () => Forward(engine, model, mix));
    }

    /// <summary>From a file, warm in the page cache, to a model whose weights are packed; then whole processes until their first windows.</summary>
    static IEnumerable<Measurement> Loading(string weights, string folder)
    {
        yield return Measurement.Of("load htdemucs, 168 MB", "s", () => Measurement.SecondsOf(() =>
        {
            using var engine = new ManagedEngine(2);
            HTDemucs.Load(engine, weights);
        }));
        foreach (Measurement measurement in FirstWindow.Run(weights, Saved(Music(30), folder))) yield return measurement;
    }

    static IEnumerable<Measurement> Tracks(string weights, string folder)
    {
        const double seconds = 40;
        using var bag = HTDemucsBag.Load("htdemucs", new ManagedEngine(2), [weights]);
        AudioBuffer music = Music(seconds);
        List<(double Done, double At)> told = [];
        long start = 0;
        yield return Measurement.Of($"separate {seconds:F0} s, 2 threads", "× real time", () =>
        {
            told.Clear();
            start = Stopwatch.GetTimestamp();
            BareModel.Separate(SampleSource.Of(music), bag, done => told.Add((done, Stopwatch.GetElapsedTime(start).TotalSeconds)));
            return seconds / Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
        double end = told[^1].At;
        double[] errors = [.. told.Where(item => item.Done is > 0.1 and < 1).Select(item => Math.Abs((item.At / item.Done) - end) / end * 100)];
        yield return new("error of the time left, after the first tenth", [errors.Order().ElementAt(errors.Length / 2)], "% of the whole, median", "aim: 20");
        foreach (int minutes in (int[])[1, 4])
        {
            string[] command = ["separate", Saved(Music(60 * minutes), folder), "--weights", weights, "--data", Path.Combine(folder, "data"), "--out", Path.Combine(folder, "out"), "--json"];
            yield return new($"peak memory of a process that separates {minutes} min", [PeakOf(command)], "MB", "aim: 900");
        }
    }

    /// <summary>Noise in stereo.</summary>
    static AudioBuffer Music(double seconds)
    {
        int frames = (int)(44_100 * seconds);
        float[] noise = FullSizeWeights.Noise(frames);
        return new(44_100, [noise[..frames], noise[frames..]]);
    }

    static double PeakOf(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "dgxmusic.dll"), .. arguments]) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEndAsync();
        return PeakMemory.WatchUntilEnd(process) / 1e6;
    }

    static string Saved(AudioBuffer music, string folder)
    {
        string path = Path.Combine(folder, "music.wav");
        using FileStream file = File.Create(path);
        using var writer = new Audio.Wav.WavWriter(file, new(music.SampleRateHz, 2, Contracts.BitDepth.Pcm16, music.Frames));
        writer.Write(music);
        writer.Complete();
        return path;
    }

    static void Forward(ManagedEngine engine, HTDemucs model, float[] mix)
    {
        using ITensorScope scope = engine.Scope();
        model.Forward(engine.Upload(mix, 1, 2, model.Config.SegmentFrames)).ToArray();
    }
}
