namespace DgxMusic.Models.Weights;

/// <summary>
/// A place that several machines have their models from. What lies there is known here, and comes here when it is used; the folder of a <see cref="ModelStore"/> with a shelf is a cache
/// of it. A model's records come last and go first, so that what has records is whole.
/// </summary>
public interface IModelShelf
{
    /// <summary>Size of a model's file on the shelf, as it was last looked at; null: it is not there.</summary>
    long? BytesOf(string model, string file);

    /// <summary>Looks at once, for a name that nobody here knows: it may have been put there a moment ago.</summary>
    void LookAgain();

    /// <summary>Brings a file here, whole or not at all.</summary>
    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.ModelInitFailed"/>: it cannot be brought now.</exception>
    void Fetch(string model, string file, string path);

    /// <summary>Puts a model of this machine there.</summary>
    /// <param name="folder">Of its files.</param>
    /// <param name="record">Name of the file that says that it is whole.</param>
    Task PutAsync(string model, string folder, string record, CancellationToken cancel = default);

    Task RemoveAsync(string model, string record, CancellationToken cancel = default);
}
