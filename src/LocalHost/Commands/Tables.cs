using System.Globalization;
using DgxMusic.Contracts;
using Spectre.Console;

namespace DgxMusic.LocalHost.Commands;

/// <summary>What people read on standard output.</summary>
static class Tables
{
    public static void Write(GenerateReport report)
    {
        Table table = New("Track", report.JobId);
        Row(table, "Length", Text($"{report.DurationSeconds:F2} s, {report.SampleRate} Hz, {report.Channels} channels, {BitDepths.NameOf(report.BitDepth)}"));
        Row(table, "Measured", Text($"{Number(report.Bpm, "F1")} BPM, {report.Key ?? "no clear key"}"));
        Row(table, "Loudness", Describe(report.Loudness));
        if (report.Seam is { } seam) Row(table, "Seam", Text($"{(seam.Audible ? "may be heard" : "not to be heard")}: {Number(seam.LevelDipDb, "F1")} dB, step {Number(seam.StepRatio, "F2")}, slope {Number(seam.SlopeRatio, "F2")}"));
        Row(table, "Engine", Text($"{report.Engine}, seed {report.Seed}"));
        Row(table, "Time", Text($"{report.SecondsElapsed:F1} s"));
        Row(table, "File", report.File);
        Row(table, "Mix", report.Mix);
        foreach ((string name, string path) in report.Stems ?? new Dictionary<string, string>()) Row(table, $"Stem {name}", path);
        if (report.Midi is { } midi) Row(table, "MIDI", midi);
        Row(table, "Manifest", report.Manifest);
        foreach (string warning in report.Warnings) Row(table, "Warning", warning);
        Print(table);
    }

    public static string Describe(LoudnessReport loudness)
    {
        string how = loudness.Method switch
        {
            LoudnessMethod.Lufs => "target reached",
            LoudnessMethod.Peak => "would have clipped: scaled to a peak of 0.95",
            LoudnessMethod.TruePeak => "held below -1 dBTP",
            LoudnessMethod.Limiter => "limited",
            LoudnessMethod.SkippedSilent => "silent, left alone",
            LoudnessMethod.SkippedShort => "too short to measure, left alone",
            _ => "left alone",
        };
        return Text($"{Number(loudness.OutputLufs, "F1")} LUFS, {Number(loudness.TruePeakDbtp, "F1")} dBTP ({how}; gain {loudness.GainDb:+0.0;-0.0;0.0} dB)");
    }

    public static Table New(string title, string name)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = false };
        table.AddColumn(new TableColumn("").NoWrap()).AddColumn(new TableColumn(""));
        Row(table, title, name);
        return table;
    }

    public static void Row(Table table, string name, string value) => table.AddRow(Markup.Escape(name), Markup.Escape(value));

    /// <summary>Wide enough for any path where the output is a file or a pipe.</summary>
    public static void Print(Table table)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected) console.Profile.Width = 4096;
        console.Write(table);
    }

    public static string Number(double? value, string form) => value?.ToString(form, CultureInfo.InvariantCulture) ?? "–";

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
