using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Text.Json.Serialization;
using X86 = System.Runtime.Intrinsics.X86;

namespace DgxMusic.Pipeline.Engines;

/// <summary>What arithmetic depends on besides the program: inside one class the same manifest gives the same bytes.</summary>
/// <param name="Vectors">Widest hardware vectors, bits; 0 without.</param>
/// <param name="Fma">Whether products are added with one rounding.</param>
/// <param name="Runtime">Major version of .NET.</param>
/// <param name="Platform"><c>linux</c>, <c>windows</c> or <c>macos</c>.</param>
public sealed record NumericsClass(int Vectors, bool Fma, int Runtime, string Platform)
{
    public static NumericsClass Here { get; } = new(
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0,
        X86.Fma.IsSupported || AdvSimd.IsSupported,
        Environment.Version.Major,
        OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : "linux");

    /// <summary>What models calculated with, where it was not our own engine: its version, class of device and arithmetic.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Engine { get; init; }

    /// <summary>In words.</summary>
    internal string Text =>
        $"{(Vectors == 0 ? "no" : $"{Vectors}-bit")} vectors, {(Fma ? "fused" : "separate")} multiply-add, .NET {Runtime}, {Platform}{(Engine is null ? "" : $", {Engine}")}";
}
