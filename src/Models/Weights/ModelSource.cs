using DgxMusic.Contracts;

namespace DgxMusic.Models.Weights;

/// <summary>Where one file of a model comes from: an address or a file, one of the two.</summary>
sealed record ModelSource(Uri? Address, string? File)
{
    /// <param name="from">Null for the publisher; a file (models of one file), a folder, an address ending in <c>/</c>, or the address of the file (models of one file).</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: one file is given for a model of several.</exception>
    public static ModelSource Of(ModelInfo model, ModelFile file, string? from)
    {
        if (from is null) return new ModelSource(file.Address, null);
        if (Uri.TryCreate(from, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https")
        {
            if (from.EndsWith('/')) return new ModelSource(new Uri(address, file.Name), null);
            return model.Files.Count == 1 ? new ModelSource(address, null) : throw OneForMany(model, "the address of the folder they lie in, ending in '/'");
        }

        if (Directory.Exists(from)) return new ModelSource(null, Path.Combine(Path.GetFullPath(from), file.Name));
        return model.Files.Count == 1 ? new ModelSource(null, Path.GetFullPath(from)) : throw OneForMany(model, "the folder they lie in");
    }

    public override string ToString() => File ?? Address!.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    static PipelineException OneForMany(ModelInfo model, string wanted) => new(Problem.InvalidRequest, $"{model.Name} has {model.Files.Count} files; --from takes {wanted}.");
}
