using System.Security.Cryptography;
using System.Text;

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
/// <param name="OrElse">Says the same in another form: one of the two is enough.</param>
public sealed record ModelFile(string Name, Uri Address, long? Bytes, string? Sha256, long AboutBytes, ModelFile? OrElse = null)
{
    /// <summary>The file, and then the one that does as well.</summary>
    internal IEnumerable<ModelFile> Forms => OrElse is null ? [this] : [this, OrElse];
}

/// <summary>A published model.</summary>
/// <param name="Task"><c>separation</c> or <c>generation</c>.</param>
/// <param name="Weights">The names that <see cref="WeightFile.Open"/> takes, in the order the model needs them.</param>
public sealed record ModelInfo(string Name, string Task, ModelLicence Licence, IReadOnlyList<ModelFile> Files, IReadOnlyList<string> Weights)
{
    internal const string Separation = "separation", Generation = "generation";

    /// <summary>Of the one file of weights, or of the known hashes of several in their order.</summary>
    public string WeightsSha256
    {
        get
        {
            string[] hashes = [.. Files.Select(file => file.Sha256).OfType<string>()];
            return hashes.Length == 1 ? hashes[0] : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(hashes))));
        }
    }

    public long AboutBytes => Files.Sum(file => file.AboutBytes);

    /// <summary>What to do with others than the published ones.</summary>
    internal string OwnWeights => Task == Generation
        ? "Weights of your own, or these in another form, are used where they lie: 'dgxmusic generate --weights FOLDER'."
        : "Weights of your own are registered under a name of their own: 'dgxmusic models add NAME FILE'.";

    /// <summary>The file of that name, or the one that a file of that name stands for.</summary>
    internal ModelFile? FileOf(string name) => Files.FirstOrDefault(file => file.Forms.Any(form => form.Name == name));
}
