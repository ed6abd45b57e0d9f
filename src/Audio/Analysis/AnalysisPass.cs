using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio.Analysis;

/// <summary>One pass over a track for all its probes.</summary>
sealed class AnalysisPass(
    ISampleReader track, IReadOnlyList<IProbe> probes, int blockFrames, Action<double>? progress, CancellationToken cancellation)
{
    public TrackMetadata Run(long? fileSizeBytes)
    {
        AudioFormat format = track.Format;
        long frames = probes.Count == 0 && track.Frames is { } announced ? announced : Listen();
        var metadata = new TrackMetadata
        {
            DurationSeconds = (double)frames / format.SampleRateHz,
            SampleRate = format.SampleRateHz,
            Channels = format.Channels,
            FileSizeBytes = fileSizeBytes,
            BitDepth = format.BitDepth is { } name && BitDepths.ByName.ContainsKey(name) ? name : null,
            Warnings = track.Warnings,
        };
        metadata = frames == 0
            ? metadata with { Warnings = [.. metadata.Warnings, "The track has no samples."] }
            : probes.Aggregate(metadata, (found, probe) => probe.Describe(found));
        progress?.Invoke(1.0);
        return metadata;
    }

    /// <returns>Frames there were.</returns>
    long Listen()
    {
        var buffer = new AudioBuffer(track.Format.SampleRateHz, track.Format.Channels, blockFrames);
        long heard = 0;
        while (track.Read(buffer) is > 0 and int frames)
        {
            cancellation.ThrowIfCancellationRequested();
            AudioBuffer block = buffer.Slice(0, frames);
            foreach (IProbe probe in probes) probe.Process(block);
            heard += frames;
            if (track.Frames is > 0 and long announced) progress?.Invoke(Math.Min(0.99, (double)heard / announced));
        }
        return heard;
    }
}
