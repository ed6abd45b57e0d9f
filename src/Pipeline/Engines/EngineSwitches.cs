using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Engines;

/// <summary>Which models a mock stands in for: the settings <c>DGX_MUSIC_MUSICGEN_MOCK</c> and <c>DGX_MUSIC_DEMUCS_MOCK</c>, read at the start.</summary>
public sealed class EngineSwitches
{
    public const string MusicGenSetting = "DGX_MUSIC_MUSICGEN_MOCK", DemucsSetting = "DGX_MUSIC_DEMUCS_MOCK";

    public bool MusicGenMock { get; set; }

    public bool DemucsMock { get; set; }

    public bool Any => MusicGenMock || DemucsMock;

    /// <summary>A sentence where mocks are on; null where all engines are what they say.</summary>
    public string? Notice => this switch
    {
        { MusicGenMock: true, DemucsMock: true } => "Mocks stand in for MusicGen and Demucs.",
        { MusicGenMock: true } => "A mock stands in for MusicGen.",
        { DemucsMock: true } => "A mock stands in for Demucs.",
        _ => null,
    };

    /// <inheritdoc cref="Read" path="/exception"/>
    public static EngineSwitches From(IConfiguration configuration)
    {
        var switches = new EngineSwitches();
        switches.Read(configuration);
        return switches;
    }

    /// <exception cref="OptionsValidationException">A setting is neither 0 nor 1.</exception>
    internal void Read(IConfiguration configuration)
    {
        List<string> faults = [];
        (MusicGenMock, DemucsMock) = (IsOn(configuration, MusicGenSetting, faults), IsOn(configuration, DemucsSetting, faults));
        if (faults.Count > 0) throw new OptionsValidationException(nameof(EngineSwitches), typeof(EngineSwitches), faults);
    }

    static bool IsOn(IConfiguration configuration, string name, List<string> faults)
    {
        string value = configuration[name] ?? "";
        if (value is not ("" or "0" or "1")) faults.Add($"{name} is '{value}'; 1 turns the mock on, 0 off.");
        return value == "1";
    }
}
