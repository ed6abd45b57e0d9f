using DgxMusic.Audio;
using DgxMusic.Audio.Export;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Models.Separation;

/// <summary>
/// Takes a whole track apart, from a file into files: any length, any rate (resampled to the model's), mono (doubled) or stereo. One pass measures the track where its
/// model has to know it, one separates; memory does not grow with length. On a fault nothing stays behind. A process that is killed while it separates leaves nothing either;
/// while it writes the finished files, a part of one, which the next separation into the folder deletes.
/// </summary>
public static class TrackSeparator
{
    /// <summary>Peak that no file of an integer or lossy format exceeds; linear.</summary>
    public const double HighestPeak = 0.99;

    /// <param name="folder">Gets <c>NAME.EXT</c> for every track asked for; made if it is missing. Files of these names are replaced, by whole ones only.</param>
    /// <param name="progress">Told the part that is done, 0 to 1, ascending.</param>
    /// <exception cref="PipelineException">As opening the source says it; <see cref="Problem.EmptyAudio"/>, <see cref="Problem.TooManyChannels"/>,
    /// <see cref="Problem.InvalidSamples"/>; <see cref="Problem.InvalidRequest"/>: the order.</exception>
    public static SeparatedTrack Separate(
        SampleSource source, ISeparationModel model, SeparationOrder order, string folder, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        IReadOnlyList<string> names = order.TracksOf(model);
        (TrackStatistics track, int rateHz, List<string> warnings) = Measure(source, model, cancellation);
        Directory.CreateDirectory(folder);
        TrackFiles.Sweep(folder);
        using var tracks = new StemTracks(names, model.Sources, folder, rateHz, track.Frames);
        IStemStream stream = model.Open(track, rateHz, order.Settings, tracks.Write, progress, cancellation);
        foreach (AudioBuffer block in StereoTrack.Blocks(source, model.SampleRateHz, null, cancellation))
        {
            tracks.Expect(block);
            stream.Process(block);
        }

        stream.Complete();
        tracks.Complete();
        bool mayScale = order is not { Format: FileFormat.Wav, BitDepth: BitDepth.Float };
        double gain = mayScale && tracks.Peak > HighestPeak ? HighestPeak / tracks.Peak : 1.0;
        Dictionary<string, string> files = [];
        foreach (StemTracks.Track one in tracks.Tracks) files[one.Name] = Publish(one, gain, order, folder, warnings, cancellation);
        return new(files, tracks.ResidualDb, gain, rateHz, 2, track.Frames, warnings);
    }

    static (TrackStatistics Track, int RateHz, List<string> Warnings) Measure(SampleSource source, ISeparationModel model, CancellationToken cancellation)
    {
        (var measure, int rateHz) = (new TrackMeasure(), 0);
        List<string> warnings = [];
        foreach (AudioBuffer block in StereoTrack.Blocks(source, model.SampleRateHz, warnings, cancellation))
        {
            measure.Add(block);
            rateHz = block.SampleRateHz;
        }

        return (measure.Complete(), rateHz, warnings);
    }

    /// <summary>Gives a finished track its format and its name, and its room on the disk back.</summary>
    static string Publish(StemTracks.Track track, double gain, SeparationOrder order, string folder, List<string> warnings, CancellationToken cancellation)
    {
        using StemTracks.Track owned = track;
        string target = Path.Combine(Path.GetFullPath(folder), track.Name + FileFormats.ExtensionOf(order.Format));
        bool isAsWanted = order is { Format: FileFormat.Wav, BitDepth: BitDepth.Float } && order.Tags.IsEmpty;
        TrackFiles.Publish(target, file =>
        {
            if (isAsWanted) track.Rewound().CopyTo(file);
            else Export(track, gain, order, file, warnings, cancellation);
        });
        return target;
    }

    static void Export(StemTracks.Track track, double gain, SeparationOrder order, Stream file, List<string> warnings, CancellationToken cancellation)
    {
        var source = new SampleSource(() => new WavReader(track.Rewound(), leaveOpen: true).Scaled((float)gain));
        var options = new ExportOptions { Normalize = false, Format = order.Format, BitDepth = order.BitDepth };
        MasteredTrack exported = TrackExporter.Export(source, options, new ExportExtras { Tags = order.Tags }, file, null, cancellation);
        foreach (string warning in exported.Warnings) warnings.Add($"{track.Name}: {warning}");
    }
}
