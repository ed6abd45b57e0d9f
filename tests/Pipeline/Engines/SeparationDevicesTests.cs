using DgxMusic.Pipeline.Engines;

namespace DgxMusic.Pipeline.Tests.Engines;

public sealed class SeparationDevicesTests
{
    static readonly string[] all = ["htdemucs", "htdemucs_ft", "htdemucs_6s", "spectral", "mine"];

    [Theory]
    [Trait("Requirement", "D-07")]
    [InlineData("htdemucs_6s", 8193, "htdemucs_6s", "cuda")]
    [InlineData("htdemucs_6s", 8192, "htdemucs_6s", "cuda")]
    [InlineData("htdemucs_6s", 8191, "htdemucs", "cuda")]
    [InlineData("htdemucs_6s", 4096, "htdemucs", "cuda")]
    [InlineData("htdemucs_6s", 4095, "htdemucs_6s", "cpu")]
    [InlineData("htdemucs_ft", 6144, "htdemucs_ft", "cuda")]
    [InlineData("htdemucs_ft", 6143, "htdemucs", "cuda")]
    [InlineData("htdemucs_ft", 4096, "htdemucs", "cuda")]
    [InlineData("htdemucs_ft", 4095, "htdemucs_ft", "cpu")]
    [InlineData("htdemucs", 4096, "htdemucs", "cuda")]
    [InlineData("htdemucs", 4095, "htdemucs", "cpu")]
    [InlineData("htdemucs", 0, "htdemucs", "cpu")]
    [InlineData("mine", 4096, "mine", "cuda")]
    [InlineData("mine", 4095, "mine", "cpu")]
    public void Choose_ByFreeMemory_TakesWhatFits(string model, long freeMb, string taken, string device)
    {
        SeparationDevice chosen = SeparationDevices.Choose(new(model, null, all), Gpu(freeMb));
        Assert.Equal((taken, device, device == "cpu"), (chosen.Model, chosen.Device, chosen.OnCpu));
        string told = chosen.Text;
        bool isOther = taken != model || device == "cpu";
        Assert.Equal(isOther, told.Contains($"{model} needs {SeparationDevices.MemoryMbOf(model)} MB of GPU memory; H200 has {freeMb} MB free", StringComparison.Ordinal));
        if (taken != model) Assert.Contains("htdemucs takes its place", Assert.Single(chosen.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Requirement", "D-07")]
    [InlineData(5000, "cpu")]
    [InlineData(6144, "cuda")]
    public void Choose_SmallerModelNotInstalled_StaysWithTheModel(long freeMb, string device)
    {
        SeparationDevice chosen = SeparationDevices.Choose(new("htdemucs_ft", null, ["htdemucs_ft", "spectral"]), Gpu(freeMb));
        Assert.Equal(("htdemucs_ft", device), (chosen.Model, chosen.Device));
    }

    [Fact]
    [Trait("Requirement", "D-07")]
    public void Choose_SeveralGpus_TakesTheOneWithTheMostFree()
    {
        var report = new GpuReport(true, [new("busy", 80_000, 1_000), new("free", 24_000, 9_000), new("half", 48_000, 6_500)], null);
        SeparationDevice chosen = SeparationDevices.Choose(new("htdemucs_6s", null, all), report);
        Assert.Equal(("htdemucs_6s", "cuda"), (chosen.Model, chosen.Device));
        Assert.Equal("The GPU free does the work, with 9000 MB free.", chosen.Text);
    }

    [Theory]
    [Trait("Requirement", "D-07")]
    [InlineData("htdemucs", 4096)]
    [InlineData("htdemucs_ft", 6144)]
    [InlineData("htdemucs_6s", 8192)]
    [InlineData("whatever", 4096)]
    [InlineData("spectral", null)]
    public void MemoryMbOf_Model_IsTheListedOne(string model, int? mb) => Assert.Equal(mb, SeparationDevices.MemoryMbOf(model));

    [Theory]
    [Trait("Requirement", "D-08")]
    [InlineData(true, 0, 7.8, 20, 7.8)]
    [InlineData(true, 1L << 40, 7.8, 20, 7.8)]
    [InlineData(false, 0, 7.8, 40, 7.8)]
    [InlineData(false, 104_857_600, 7.8, 40, 7.8)]
    [InlineData(false, 104_857_601, 7.8, 10, 7.8)]
    [InlineData(false, 104_857_600, 60.0, 40, 40)]
    [InlineData(false, 104_857_601, 60.0, 10, 10)]
    [InlineData(true, 104_857_601, 60.0, 20, 20)]
    [InlineData(false, 104_857_600, 40.0, 40, 40)]
    [InlineData(false, 104_857_601, 9.99, 10, 9.99)]
    [InlineData(false, 0, null, 40, 40)]
    [InlineData(true, 0, null, 20, 20)]
    public void SegmentsOf_DeviceAndDecodedSize_ReportsRuleAndWhatTheModelTakes(bool onCpu, long bytes, double? most, double rule, double effective) =>
        Assert.Equal(new SegmentLengths(rule, effective), SeparationDevices.SegmentsOf(onCpu, bytes, most));

    [Fact]
    [Trait("Requirement", "D-09")]
    public void Choose_Auto_TakesTheGpuWhereThereIsOneAndNamesIt()
    {
        SeparationDevice gpu = SeparationDevices.Choose(new("htdemucs", null, all), Gpu(5000)), cpu = SeparationDevices.Choose(new("htdemucs", null, all), GpuReport.NotBuilt);
        Assert.Equal(("cuda", "The GPU H200 does the work, with 5000 MB free."), (gpu.Device, gpu.Text));
        Assert.Equal(("cpu", "The CPU does the work: No GPU engine is built into this program."), (cpu.Device, cpu.Text));
        Assert.Empty(gpu.Warnings.Concat(cpu.Warnings));
    }

    [Fact]
    [Trait("Requirement", "D-09")]
    public void Choose_Cpu_IsTheCpuWhateverThereIs()
    {
        SeparationDevice chosen = SeparationDevices.Choose(new("htdemucs_ft", false, all), Gpu(80_000));
        Assert.Equal(("htdemucs_ft", "cpu", "The CPU does the work: The CPU was asked for."), (chosen.Model, chosen.Device, chosen.Text));
        Assert.Empty(chosen.Warnings);
    }

    [Fact]
    [Trait("Requirement", "D-09")]
    public void Choose_GpuAskedForInVain_FallsBackAndWarns()
    {
        SeparationDevice notBuilt = SeparationDevices.Choose(new("htdemucs", true, all), GpuReport.NotBuilt);
        Assert.True(notBuilt.OnCpu);
        Assert.StartsWith("GPU_ENGINE_NOT_BUILT: ", Assert.Single(notBuilt.Warnings), StringComparison.Ordinal);
        SeparationDevice none = SeparationDevices.Choose(new("htdemucs", true, all), new(true, [], "The driver is too old."));
        Assert.Equal(("cpu", "The driver is too old."), (none.Device, Assert.Single(none.Warnings)));
        SeparationDevice full = SeparationDevices.Choose(new("htdemucs", true, all), Gpu(4095));
        Assert.Equal(("cpu", "htdemucs needs 4096 MB of GPU memory; H200 has 4095 MB free."), (full.Device, Assert.Single(full.Warnings)));
        SeparationDevice never = SeparationDevices.Choose(new("spectral", true, all), Gpu(80_000));
        Assert.Equal(("cpu", "spectral runs on the CPU only."), (never.Device, Assert.Single(never.Warnings)));
    }

    [Theory]
    [Trait("Requirement", "D-09")]
    [InlineData(null, 0)]
    [InlineData(true, 1)]
    public void Choose_ProbeThatFails_IsTheCpuAndWhy(bool? wantsGpu, int warnings)
    {
        GpuReport report = GpuReport.Of(new Broken());
        SeparationDevice chosen = SeparationDevices.Choose(new("htdemucs", wantsGpu, all), report);
        Assert.Equal(("cpu", warnings), (chosen.Device, chosen.Warnings.Count));
        Assert.Contains("The GPU could not be asked (DllNotFoundException: libcuda.so.1 is missing).", chosen.Text, StringComparison.Ordinal);
        Assert.Equal(GpuReport.NotBuilt, GpuReport.Of(new NoGpuProbe()));
    }

    static GpuReport Gpu(long freeMb) => new(true, [new("H200", 143_000, freeMb)], null);

    sealed class Broken : IGpuProbe
    {
        public GpuReport Look() => throw new DllNotFoundException("libcuda.so.1 is missing.");
    }
}
