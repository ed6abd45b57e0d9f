using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio.Analysis;

/// <summary>One kind of measurement, fed block by block in the one pass that all share.</summary>
interface IProbe
{
    void Process(AudioBuffer block);

    /// <summary>Ends the track, which had at least one frame, and writes down what was found.</summary>
    TrackMetadata Describe(TrackMetadata metadata);
}
