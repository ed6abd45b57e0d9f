namespace DgxMusic.Models.Weights;

/// <summary>What the publisher allows.</summary>
/// <param name="Address">Where it says so.</param>
/// <param name="Summary">One or two sentences for the person who installs.</param>
/// <param name="MustBeAccepted">Whether we ask before we install.</param>
public sealed record ModelLicence(string Name, string Address, string Summary, bool MustBeAccepted);

/// <summary>One published file of a model.</summary>
/// <param name="Name">As it was published, and as it is called here.</param>
/// <param name="Bytes">Its exact size where it is known.</param>
/// <param name="Sha256">64 lower-case hex digits where they are known: then no other file is taken for it.</param>
/// <param name="AboutBytes">Its size for people: exact, or as its publisher rounds it.</param>
public sealed record ModelFile(string Name, Uri Address, long? Bytes, string? Sha256, long AboutBytes);

/// <summary>A published model.</summary>
/// <param name="Task"><c>separation</c> or <c>generation</c>.</param>
/// <param name="Weights">The names that <see cref="WeightFile.Open"/> takes, in the order the model needs them.</param>
public sealed record ModelInfo(string Name, string Task, ModelLicence Licence, IReadOnlyList<ModelFile> Files, IReadOnlyList<string> Weights)
{
    public long AboutBytes => Files.Sum(file => file.AboutBytes);
}
