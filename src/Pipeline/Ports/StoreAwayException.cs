using DgxMusic.Contracts;

namespace DgxMusic.Pipeline.Ports;

/// <summary>
/// The store does not answer, or is asked for too much, and the same write may succeed in a while. A caller reads it as the problem it is; to a step it is a fault, which is tried
/// again. A store that is full or closed to us is a problem to both.
/// </summary>
public sealed class StoreAwayException(string message) : PipelineException(Problem.StorageWriteFailed, message);
