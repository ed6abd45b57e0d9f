using System.CommandLine;
using DgxMusic.Audio;
using DgxMusic.Audio.Analysis;
using DgxMusic.Contracts;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

/// <summary><c>dgxmusic analyze</c>: what is in a file, measured from its samples.</summary>
static class AnalyzeCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "Audio: WAV and AIFF as they are, MP3, FLAC, OGG, M4A and others through ffmpeg." };
        var noBpm = new Option<bool>("--no-bpm") { Description = "Leave the tempo out." };
        var noKey = new Option<bool>("--no-key") { Description = "Leave the key out." };
        var noStats = new Option<bool>("--no-stats") { Description = "Leave levels and loudness out." };
        Option<bool> json = SharedOptions.Json();
        var command = new Command("analyze", "Measure tempo, key, loudness and levels of a file.") { file, noBpm, noKey, noStats, json };
        command.SetAction((parsed, cancel) => CommandGuard.RunAsync(parsed.GetValue(json), () => Task.Run(() =>
        {
            string path = parsed.GetValue(file)!;
            var options = new AnalysisOptions { Stats = !parsed.GetValue(noStats), Bpm = !parsed.GetValue(noBpm), Key = !parsed.GetValue(noKey), Beats = !parsed.GetValue(noBpm) };
            using ISampleReader reader = AudioFile.Open(path, null, cancel);
            TrackMetadata track = TrackAnalyzer.Analyze(reader, options, new FileInfo(path).Length, null, cancel);
            if (parsed.GetValue(json)) CommandGuard.WriteJson(track);
            else Print(path, track);
            return ExitCode.Done;
        })));
        return command;
    }

    static void Print(string path, TrackMetadata track)
    {
        Table table = Tables.New("File", path);
        Tables.Row(table, "Length", Tables.Text($"{track.DurationSeconds:F2} s, {track.SampleRate} Hz, {track.Channels} channels, {track.BitDepth ?? "coded with loss"}"));
        Tables.Row(table, "Tempo", track.Bpm is null ? "–" : Tables.Text($"{track.Bpm:F1} BPM (confidence {track.BpmConfidence:F2})"));
        Tables.Row(table, "Key", track.Key is null ? "–" : Tables.Text($"{track.Key} (confidence {track.KeyConfidence:F2}, experimental)"));
        Tables.Row(table, "Loudness", $"{Tables.Number(track.LufsIntegrated, "F1")} LUFS, range {Tables.Number(track.Lra, "F1")} LU, {Tables.Number(track.TruePeakDbtp, "F1")} dBTP");
        Tables.Row(table, "Loudest", $"{Tables.Number(track.LufsMomentaryMax, "F1")} LUFS over 400 ms, {Tables.Number(track.LufsShortTermMax, "F1")} LUFS over 3 s");
        Tables.Row(table, "Levels", $"peak {Tables.Number(track.PeakAmplitude, "F3")}, RMS {Tables.Number(track.RmsEnergy, "F3")}, crest {Tables.Number(track.DynamicRangeDb, "F1")} dB");
        foreach (string warning in track.Warnings) Tables.Row(table, "Warning", warning);
        Tables.Print(table);
    }
}
