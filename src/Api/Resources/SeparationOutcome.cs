using DgxMusic.Contracts;
using DgxMusic.Dsp.Separations;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;

namespace DgxMusic.Api.Resources;

/// <summary>A track of a separation.</summary>
/// <param name="BitDepth">Null: coded with loss.</param>
/// <param name="SilenceShare">Part of the time below −60 dBFS, before the gain.</param>
public sealed record SeparatedTrackFile(
    string Path, string Url, FileFormat Format, BitDepth? BitDepth, int SampleRate, int Channels, double DurationSeconds, long FileSizeBytes, double? Lufs, double? Peak, double? SilenceShare);

/// <summary>What a separation has to show.</summary>
/// <param name="Vocals">Null where the model has none, or they were not asked for.</param>
/// <param name="Tracks">All of them, by name.</param>
/// <param name="FormatReason">Why the files are what they are.</param>
/// <param name="Gain">Of all tracks alike, so that none clips.</param>
/// <param name="Distortion">Of the tracks whose truth was given, by name.</param>
public sealed record SeparationOutcome(
    string SongId, SeparatedTrackFile? Vocals, SeparatedTrackFile? Instrumental, IReadOnlyDictionary<string, SeparatedTrackFile> Tracks, FileLink Original, FileLink Manifest, string Model, string Device,
    string? Fallback, SegmentLengths? Segment, double DurationSeconds, FileFormat OutputFormat, string FormatReason, double Gain, SeparationQuality Quality, IReadOnlyList<SeamReport> Seams, IReadOnlyDictionary<string, SourceToDistortion> Distortion)
{
    public static SeparationOutcome Of(string jobId, SeparationResult result)
    {
        Dictionary<string, SeparatedTrackFile> tracks = result.Tracks.ToDictionary(track => track.Track, track => Describe(jobId, track, result.Quality));
        return new(
            result.SongId, tracks.GetValueOrDefault(SeparationRequest.Vocals), tracks.GetValueOrDefault(SeparationRequest.Instrumental), tracks,
            new(result.Original.ToString(), Links.SongTrack(result.SongId, "original")), new(result.Manifest.ToString(), Links.JobFile(jobId, "manifest")), result.Engine.Name, result.Device,
            result.Fallback, result.Segment, result.DurationSeconds, result.Format.Format, result.Format.Reason, result.Gain, result.Quality, result.Seams,
            result.Compared.ToDictionary(report => report.Track, report => report.Distortion));
    }

    static SeparatedTrackFile Describe(string jobId, StemFile track, SeparationQuality quality) => new(
        track.File.ToString(), Links.JobFile(jobId, track.Track), track.Format, track.BitDepth, track.SampleRateHz, track.Channels, (double)track.Frames / track.SampleRateHz, track.Bytes,
        track.Loudness.OutputLufs, track.Loudness.Peak, quality.Tracks.FirstOrDefault(measured => measured.Name == track.Track)?.SilenceShare);
}
