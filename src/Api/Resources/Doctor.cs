using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using DgxMusic.Api.Http;
using DgxMusic.Audio;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Ports;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

public sealed record DoctorReport(HealthStatus Status, IReadOnlyList<HealthCheck> Checks)
{
    public static DoctorReport Of(IReadOnlyList<HealthCheck> checks) => new(checks.Max(check => check.Status), checks);
}

/// <summary>What on this machine would get in the way, and what to do about it: the same for the server and the command line.</summary>
public sealed class Doctor(ICatalog catalog, EngineList engines, EngineSwitches switches, HostFacts host, IEnumerable<IExamination> examinations)
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(20);

    public async Task<IResult> ReadAsync(HttpRequest request)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        DoctorReport machine = await ExamineAsync(host.ScratchFolder, await DataAsync(cancel), engines, switches, cancel);
        HealthCheck[] service = await Task.WhenAll(examinations.Select(examination => TryAsync(examination, cancel)));
        return Results.Json(DoctorReport.Of([.. machine.Checks, .. service]), ApiJson.Options);
    }

    /// <summary>What fails is told by its kind: a message may hold addresses and keys, which are nobody's.</summary>
    static async Task<HealthCheck> TryAsync(IExamination examination, CancellationToken cancel)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        ending.CancelAfter(patience);
        try
        {
            return await examination.ExamineAsync(ending.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new(examination.Name, HealthStatus.Unhealthy, $"No answer within {patience.TotalSeconds:F0} s.");
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return new(examination.Name, HealthStatus.Unhealthy, $"It could not be examined ({fault.GetType().Name}).");
        }
    }

    /// <param name="folder">On the volume that work is done on; it may not be there yet.</param>
    /// <param name="data">What the host says of the data it keeps.</param>
    public static async Task<DoctorReport> ExamineAsync(string folder, HealthCheck data, EngineList engines, EngineSwitches switches, CancellationToken cancel) =>
        DoctorReport.Of([Runtime(), Processor(), await FfmpegAsync(cancel), data, Disk(folder), Engines(engines, switches)]);

    async Task<HealthCheck> DataAsync(CancellationToken cancel)
    {
        try
        {
            await catalog.FindAsync(new("health", "probe", "probe"), cancel);
            return new("data", HealthStatus.Healthy, $"{host.ScratchFolder}: this server works in it.");
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return new("data", HealthStatus.Unhealthy, $"{host.ScratchFolder} cannot be used ({fault.GetType().Name}).");
        }
    }

    static HealthCheck Runtime() => new("runtime", HealthStatus.Healthy, $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}.");

    static HealthCheck Processor() => NumericsClass.Here.Vectors > 0
        ? new("processor", HealthStatus.Healthy, $"{Environment.ProcessorCount} processors, {NumericsClass.Here.Vectors}-bit vectors{(NumericsClass.Here.Fma ? " with FMA" : "")}.")
        : new("processor", HealthStatus.Degraded, "No hardware vectors: everything works, slowly. DOTNET_EnableHWIntrinsic=0 turns them off; is it set?");

    static async Task<HealthCheck> FfmpegAsync(CancellationToken cancel)
    {
        try
        {
            using Process ffmpeg = Process.Start(new ProcessStartInfo(Programs.Find("ffmpeg"), ["-hide_banner", "-version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string version = await ffmpeg.StandardOutput.ReadLineAsync(cancel) ?? "";
            await ffmpeg.WaitForExitAsync(cancel);
            return new("ffmpeg", HealthStatus.Healthy, version.Split(" Copyright")[0] + ".");
        }
        catch (Win32Exception)
        {
            return new("ffmpeg", HealthStatus.Degraded, "ffmpeg is not on the search path, nor in the folder tools beside the program: WAV and AIFF work, MP3, FLAC, OGG and M4A are refused. On Debian: apt-get install ffmpeg.");
        }
    }

    static HealthCheck Disk(string folder)
    {
        string? existing = Path.GetFullPath(folder);
        while (existing is not null && !Directory.Exists(existing)) existing = Path.GetDirectoryName(existing);
        return Health.DiskOf(new DriveInfo(existing ?? "/"));
    }

    static HealthCheck Engines(EngineList engines, EngineSwitches switches)
    {
        EngineCard[] cards = [.. engines.Read()], missing = [.. cards.Where(card => !card.Installed)];
        string here = $"Here: {string.Join(", ", cards.Where(card => card.Installed).Select(card => card.Name))}.";
        string absent = missing.Length == 0 ? "" : $" Not installed: {string.Join(", ", missing.Select(card => card.Name))}.";
        return new("engines", switches.Any ? HealthStatus.Degraded : HealthStatus.Healthy, $"{here}{absent} {switches.Notice}".TrimEnd());
    }
}
