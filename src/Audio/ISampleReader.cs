using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio;

/// <summary>Samples that come block by block: planar float32, nominal ±1.</summary>
public interface ISampleReader : IDisposable
{
    AudioFormat Format { get; }

    /// <summary>
    /// Frames as the header announces them, bounded by what is there where that can be known; null where only the end tells.
    /// An announcement, not a promise: allocate nothing by it.
    /// </summary>
    long? Frames { get; }

    /// <summary>Sentences about what was odd but readable; complete when <see cref="Read"/> has returned 0.</summary>
    IReadOnlyList<string> Warnings { get; }

    /// <summary>Fills the block from its start. Fewer frames than it holds come only at the end, then 0.</summary>
    /// <param name="block">Of this format's rate and channels, at least one frame; what lies beyond the frames returned is left as it was.</param>
    /// <exception cref="PipelineException"><see cref="Problem.UnreadableAudio"/>: the content contradicts its header;
    /// <see cref="Problem.InvalidSamples"/>: NaN or infinity, where the reader was asked to refuse them.</exception>
    int Read(AudioBuffer block);
}
