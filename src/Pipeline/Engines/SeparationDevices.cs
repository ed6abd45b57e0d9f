using System.Text.Json.Serialization;
using DgxMusic.Models.Spectral;

namespace DgxMusic.Pipeline.Engines;

/// <summary>Where a separation could run.</summary>
/// <param name="Model">Exact name of an installed one.</param>
/// <param name="WantsGpu">Asked for by the caller: true the GPU, false the CPU; null: whichever is better.</param>
/// <param name="Installed">Names of the separators that are.</param>
public sealed record DeviceQuestion(string Model, bool? WantsGpu, IReadOnlyCollection<string> Installed);

/// <summary>Where a separation runs, and with what.</summary>
/// <param name="Model">The one asked for, or a smaller one in its place.</param>
/// <param name="Device"><c>cpu</c> or <c>cuda</c>.</param>
/// <param name="Messages">What is told while it begins: at least which device it is.</param>
/// <param name="Warnings">What the caller gets otherwise than asked for. Those with a code begin with it.</param>
public sealed record SeparationDevice(string Model, string Device, IReadOnlyList<string> Messages, IReadOnlyList<string> Warnings)
{
    [JsonIgnore]
    public bool OnCpu => Device == SeparationDevices.Cpu;

    /// <summary>Messages and warnings in one text.</summary>
    [JsonIgnore]
    public string Text => string.Join(" ", Messages.Concat(Warnings).Distinct());
}

/// <summary>How much of a track is heard at once.</summary>
/// <param name="RuleSeconds">What the rule for the device says.</param>
/// <param name="EffectiveSeconds">The same, but no more than the model takes.</param>
public sealed record SegmentLengths(double RuleSeconds, double EffectiveSeconds);

/// <summary>Chooses model, device and segments by rules alone: the same question has the same answer.</summary>
public static class SeparationDevices
{
    public const string Cpu = "cpu", Cuda = "cuda";

    /// <summary>Stands in the warning of who asks for a GPU that this program cannot use.</summary>
    public const string NotBuiltCode = "GPU_ENGINE_NOT_BUILT";

    /// <summary>The separator that needs the least of a GPU.</summary>
    const string Smallest = "htdemucs";

    const int SmallestMb = 4096;
    const long LargeBytes = 100L << 20;
    const double CpuSeconds = 20, GpuSeconds = 40, LargeGpuSeconds = 10;

    static readonly Dictionary<string, int?> memory = new()
    {
        [Smallest] = SmallestMb, ["htdemucs_ft"] = 6144, ["htdemucs_6s"] = 8192, [SpectralModel.ModelName] = null,
        ["musicgen-small"] = SmallestMb, ["musicgen-medium"] = 12_288, ["musicgen-large"] = 20_480,
    };

    /// <summary>GPU memory set aside for a model, MiB; a model nobody has measured counts as the smallest. Null: it runs on the CPU only.</summary>
    public static int? MemoryMbOf(string model) => memory.GetValueOrDefault(model, SmallestMb);

    public static SeparationDevice Choose(DeviceQuestion question, GpuReport gpu)
    {
        if (question.WantsGpu == false) return OnCpu(question, "The CPU was asked for.", isAsWanted: true);
        if (MemoryMbOf(question.Model) is not { } needed) return OnCpu(question, $"{question.Model} runs on the CPU only.");
        if (gpu.Best is not { } best) return OnCpu(question, question.WantsGpu == true && !gpu.IsBuilt ? $"{NotBuiltCode}: {GpuReport.NoEngine}" : gpu.Reason ?? "There is no GPU.");
        if (best.FreeMb >= needed) return OnGpu(question.Model, best, []);
        string lack = $"{question.Model} needs {needed} MB of GPU memory; {best.Name} has {best.FreeMb} MB free";
        if (best.FreeMb < SmallestMb || !question.Installed.Contains(Smallest)) return OnCpu(question, $"{lack}.");
        return OnGpu(Smallest, best, [$"{lack}, so {Smallest} takes its place."]);
    }

    /// <param name="decodedBytes">Of the track as samples, at the model's rate; how small a file compresses it says nothing.</param>
    /// <param name="mostSeconds">What the model takes at once; null: any length.</param>
    public static SegmentLengths SegmentsOf(bool onCpu, long decodedBytes, double? mostSeconds)
    {
        double rule = onCpu ? CpuSeconds : decodedBytes > LargeBytes ? LargeGpuSeconds : GpuSeconds;
        return new(rule, Math.Min(rule, mostSeconds ?? rule));
    }

    static SeparationDevice OnGpu(string model, GpuFacts gpu, string[] warnings) => new(model, Cuda, [$"The GPU {gpu.Name} does the work, with {gpu.FreeMb} MB free."], warnings);

    static SeparationDevice OnCpu(DeviceQuestion question, string reason, bool isAsWanted = false) =>
        // Who asked for the GPU hears why not; who left the choice to us reads it on the way.
        new(question.Model, Cpu, [$"The CPU does the work: {reason}"], question.WantsGpu == true && !isAsWanted ? [reason] : []);
}
