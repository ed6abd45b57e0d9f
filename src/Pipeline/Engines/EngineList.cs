using DgxMusic.Models.Spectral;
using DgxMusic.Models.Weights;

namespace DgxMusic.Pipeline.Engines;

public enum EngineKind
{
    Generator,
    Separator,
}

/// <param name="Url">Where it stands; null where nobody said.</param>
public sealed record EngineLicence(string Name, string? Url, bool MustBeAccepted);

/// <summary>An engine as callers choose it.</summary>
/// <param name="Stems">What it makes; empty for a generator that makes a mix only.</param>
/// <param name="MemoryMb">GPU memory that is set aside for it; null where it needs no GPU or nobody has measured.</param>
/// <param name="Default">What a request gets that names none.</param>
/// <param name="Custom">Registered here, not published.</param>
/// <param name="Mock">A mock stands in for it.</param>
public sealed record EngineCard(
    string Name, EngineKind Kind, bool Installed, IReadOnlyList<string> Stems, int? MemoryMb, string Quality, bool Default, bool Custom, bool Mock, EngineLicence Licence);

/// <summary>All engines a caller may name, here or not.</summary>
public sealed class EngineList(EngineRegistry generators, SeparatorRegistry separators)
{
    static readonly EngineLicence ours = new("MIT", "https://opensource.org/license/mit", MustBeAccepted: false);

    static readonly Dictionary<string, string> notes = new()
    {
        ["musicgen-small"] = "The smallest MusicGen: 300 million parameters.",
        ["musicgen-medium"] = "MusicGen of 1.5 billion parameters.",
        ["musicgen-large"] = "MusicGen of 3.3 billion parameters.",
        [EngineRegistry.Composer] = "Composes by rules and plays on its own synthesisers; no weights, stems and MIDI with every track.",
        ["htdemucs_ft"] = "Four models, each tuned for one stem: four times the work of htdemucs.",
        ["htdemucs"] = "One model for all four stems.",
        ["htdemucs_6s"] = "Guitar and piano as well; its authors call the piano stem poor.",
        [SpectralModel.ModelName] = "A baseline without weights, far from a trained model.",
    };

    public IReadOnlyList<EngineCard> Read()
    {
        string generator = generators.Find(null).Facts.Name, separator = separators.Find(null).Facts.Name;
        return
        [
            .. EngineRegistry.KnownGenerators.Select(name => CardOf(
                name, EngineKind.Generator, generators.Installed.Contains(name), [], name == generator, generators.Installed.Contains(name) && generators.Find(name).Facts.IsMock)),
            .. separators.All.Select(engine => CardOf(
                engine.Facts.Name, EngineKind.Separator, engine.IsInstalled, engine.Stems, engine.Facts.Name == separator, engine.Facts.IsMock, engine.IsCustom)),
        ];
    }

    static EngineCard CardOf(string name, EngineKind kind, bool isInstalled, IReadOnlyList<string> stems, bool isDefault, bool isMock, bool isCustom = false)
    {
        ModelLicence? published = ModelCatalog.All.FirstOrDefault(model => model.Name == name)?.Licence;
        EngineLicence licence = isCustom ? new("not stated", null, MustBeAccepted: false) : published is null ? ours : new(published.Name, published.Address, published.MustBeAccepted);
        int? memory = kind == EngineKind.Separator ? SeparationDevices.MemoryMbOf(name) : null;
        string quality = isCustom ? "Weights that were registered here." : notes.GetValueOrDefault(name, "An engine of this installation.");
        return new(name, kind, isInstalled, stems, memory, isMock ? $"A mock, for tests. {quality}" : quality, isDefault, isCustom, isMock, licence);
    }
}
