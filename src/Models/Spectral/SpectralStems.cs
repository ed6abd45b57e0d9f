using DgxMusic.Dsp;

namespace DgxMusic.Models.Spectral;

/// <summary>A stretch of the four stems, equally long; at every sample they add up to the mix, within half a float32 step of Other.</summary>
/// <param name="StartFrame">Of the first frame, counted from the start of the music.</param>
public sealed record SpectralStems(long StartFrame, AudioBuffer Vocals, AudioBuffer Drums, AudioBuffer Bass, AudioBuffer Other)
{
    public int Frames => Vocals.Frames;
}
