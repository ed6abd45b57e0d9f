using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio;

/// <summary>Takes samples block by block. What was written counts only once <see cref="Complete"/> has returned.</summary>
public interface ISampleWriter : IDisposable
{
    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>: NaN or infinity; nothing of the block is written.</exception>
    void Write(AudioBuffer block);

    /// <summary>Bytes of the whole file, once <see cref="Complete"/> has returned.</summary>
    long FileBytes { get; }

    /// <summary>Ends the file and flushes it.</summary>
    /// <exception cref="InvalidOperationException">The frames written are not those announced, or a write has failed before.</exception>
    void Complete();
}
