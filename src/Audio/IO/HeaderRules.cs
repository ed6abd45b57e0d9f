using DgxMusic.Contracts;

namespace DgxMusic.Audio.IO;

/// <summary>What every container's header has to keep to.</summary>
static class HeaderRules
{
    /// <exception cref="PipelineException"><see cref="Problem.UnreadableAudio"/> or <see cref="Problem.TooManyChannels"/>.</exception>
    public static void CheckRateAndChannels(double rateHz, int channels, ChunkReader chunks)
    {
        if (channels < 1) throw chunks.Unreadable("says 0 channels");
        if (channels > AudioFormat.MostChannels)
        {
            throw new PipelineException(Problem.TooManyChannels, $"This file has {channels:N0} channels; {AudioFormat.MostChannels} are the limit.");
        }
        if (!(rateHz >= ExportOptions.LowestSampleRateHz && rateHz <= ExportOptions.HighestSampleRateHz))
        {
            throw chunks.Unreadable($"says {rateHz:N0} Hz; {ExportOptions.LowestSampleRateHz:N0} to {ExportOptions.HighestSampleRateHz:N0} are read");
        }
    }
}
