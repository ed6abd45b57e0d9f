using System.Diagnostics;
using System.Globalization;
using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Synthesis;
using DgxMusic.Composer.Theory;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Composer.Tests.Judgement;

/// <summary>One piece as it was written, and what the samples say of it.</summary>
/// <param name="ForeignBpm">What bpm-tools reads between 50 and 190; null where that is not installed.</param>
/// <param name="CentroidHz">Mean centre of the magnitude spectrum.</param>
/// <param name="OnsetsPerSecond">How often the spectrum jumps.</param>
public sealed record JudgedPiece(string Genre, ulong Seed, double Bpm, string Key, string? HeardKey, double? ForeignBpm, double LoudnessRangeLu, double CentroidHz, double OnsetsPerSecond)
{
    const int Rate = 48_000;
    const double Seconds = 32;

    internal static JudgedPiece Judge(string genre, string prompt, ulong seed)
    {
        Score score = ScoreWriter.Write(new(prompt, Seconds, seed)).Score;
        var renderer = new ScoreRenderer(score, Rate, threadCount: 1);
        var meter = new TrackMeter(Rate, 2);
        var ear = new MusicAnalyzer(Rate, tempo: false, key: true);
        var mono = new float[renderer.Frames];
        while (renderer.RenderNext(out RenderedBlock block))
        {
            meter.Process(block.Mix);
            ear.Process(block.Mix);
            for (int n = 0; n < block.Mix.Frames; n++) mono[block.StartFrame + n] = 0.5f * (block.Mix[0][n] + block.Mix[1][n]);
        }

        (double centroid, double onsets) = SpectralFacts.Of(mono, Rate);
        return new(genre, seed, score.Bpm, KeyName.Of(score.Key), ear.Finish().Key!.Name, BpmTools.Installed ? BpmTools.Read(mono, Rate) : null, meter.Complete().LoudnessRangeLu!.Value, centroid, onsets);
    }
}

/// <summary>Mark Hills' bpm: an autocorrelation of the energy, nothing of ours.</summary>
static class BpmTools
{
    // The program takes every input for 44.1 kHz.
    const double ItsRate = 44_100;

    public static bool Installed { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "bpm")));

    public static double Read(float[] mono, double rate)
    {
        double factor = ItsRate / rate;
        var start = new ProcessStartInfo("bpm", ["-m", Text(50 * factor), "-x", Text(190 * factor)]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        var bytes = new byte[4 * mono.Length];
        Buffer.BlockCopy(mono, 0, bytes, 0, bytes.Length);
        process.StandardInput.BaseStream.Write(bytes);
        process.StandardInput.Close();
        string answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return double.Parse(answer, CultureInfo.InvariantCulture) / factor;
    }

    static string Text(double bpm) => bpm.ToString("F3", CultureInfo.InvariantCulture);
}
