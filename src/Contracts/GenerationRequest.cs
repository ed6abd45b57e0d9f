namespace DgxMusic.Contracts;

/// <summary>What a caller asks a generator for.</summary>
public sealed record GenerationRequest
{
    public const int ShortestPrompt = 3, LongestPrompt = 500;

    /// <summary>3 to 500 characters after trimming; any script.</summary>
    public required string Prompt { get; init; }

    /// <summary>Seconds, 1 to 600.</summary>
    public double Duration { get; init; } = 16.0;

    /// <summary>Exact name of an engine; null takes the best one installed.</summary>
    public string? Model { get; init; }

    /// <summary>Null draws one, which the result reports.</summary>
    public ulong? Seed { get; init; }

    public bool Stems { get; init; }

    /// <summary>Beats a minute, 40 to 220; wins over the prompt.</summary>
    public double? Bpm { get; init; }

    /// <summary>Tonic and mode, such as <c>F# minor</c>; wins over the prompt.</summary>
    public string? Key { get; init; }

    /// <summary>0.1 to 2. For engines that sample.</summary>
    public double Temperature { get; init; } = 1.0;

    /// <summary>0 to 500; 0 is off. For engines that sample.</summary>
    public int TopK { get; init; } = 250;

    /// <summary>0 to 1; 0 is off. For engines that sample.</summary>
    public double TopP { get; init; }

    /// <summary>Classifier-free guidance, 1 to 10. For engines that sample.</summary>
    public double CfgCoef { get; init; } = 3.0;

    /// <summary>Music that is to be continued: a file in the store, of which the end is heard and nothing is repeated. For engines that continue.</summary>
    public string? ContinueFrom { get; init; }

    /// <summary>Seconds of that end, 1 to 20.</summary>
    public double ContextSeconds { get; init; } = 10;

    public ExportOptions Export { get; init; } = new();
}
