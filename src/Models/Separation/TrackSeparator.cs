using System.Numerics.Tensors;
using DgxMusic.Audio;
using DgxMusic.Audio.Export;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Resampling;

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

    const int BlockFrames = 1 << 14;

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
        foreach (AudioBuffer block in Blocks(source, model.SampleRateHz, null, cancellation))
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

    /// <summary>Counts frames and, where the model wants it, takes mean and deviation of the mean of both channels.</summary>
    static (TrackStatistics Track, int RateHz, List<string> Warnings) Measure(SampleSource source, ISeparationModel model, CancellationToken cancellation)
    {
        (long frames, double sum, double squares, int rateHz) = (0, 0, 0, 0);
        List<string> warnings = [];
        foreach (AudioBuffer block in Blocks(source, model.SampleRateHz, warnings, cancellation))
        {
            (frames, rateHz) = (frames + block.Frames, block.SampleRateHz);
            if (!model.NeedsStatistics) continue;
            ReadOnlySpan<float> left = block[0], right = block[1];
            for (int n = 0; n < left.Length; n++)
            {
                double middle = (left[n] + right[n]) / 2.0;
                (sum, squares) = (sum + middle, squares + (middle * middle));
            }
        }

        if (frames == 0) throw new PipelineException(Problem.EmptyAudio, "The track has no samples.");
        double mean = sum / frames, variance = frames < 2 ? 0 : Math.Max(0, squares - (frames * mean * mean)) / (frames - 1);
        return (new(frames, mean, Math.Sqrt(variance)), rateHz, warnings);
    }

    /// <summary>The track in stereo and at the model's rate; a block is valid until the next.</summary>
    static IEnumerable<AudioBuffer> Blocks(SampleSource source, int? modelRateHz, List<string>? warnings, CancellationToken cancellation)
    {
        using ISampleReader reader = source.Open().RefusingInvalidSamples();
        AudioFormat format = reader.Format;
        if (format.Channels > 2) throw new PipelineException(Problem.TooManyChannels, $"This track has {format.Channels} channels; mono and stereo are taken apart.");
        Resampler? resampler = modelRateHz is { } wanted && wanted != format.SampleRateHz ? new(format.SampleRateHz, wanted, format.Channels) : null;
        var buffer = new AudioBuffer(format.SampleRateHz, format.Channels, BlockFrames);
        while (reader.Read(buffer) is > 0 and int frames)
        {
            cancellation.ThrowIfCancellationRequested();
            AudioBuffer block = buffer.Slice(0, frames);
            yield return Stereo(resampler?.Process(block) ?? block);
        }

        if (resampler is not null) yield return Stereo(resampler.Flush());
        warnings?.AddRange(reader.Warnings);
    }

    static AudioBuffer Stereo(AudioBuffer block)
    {
        if (block.Channels == 2) return block;
        float[] mono = block[0].ToArray();
        return new(block.SampleRateHz, [mono, [.. mono]]);
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
        var source = new SampleSource(() => new ScaledReader(new WavReader(track.Rewound(), leaveOpen: true), (float)gain));
        var options = new ExportOptions { Normalize = false, Format = order.Format, BitDepth = order.BitDepth };
        MasteredTrack exported = TrackExporter.Export(source, options, new ExportExtras { Tags = order.Tags }, file, null, cancellation);
        foreach (string warning in exported.Warnings) warnings.Add($"{track.Name}: {warning}");
    }

    /// <summary>The same samples, louder or softer.</summary>
    sealed class ScaledReader(ISampleReader inner, float gain) : ISampleReader
    {
        public AudioFormat Format => inner.Format;

        public long? Frames => inner.Frames;

        public IReadOnlyList<string> Warnings => inner.Warnings;

        public int Read(AudioBuffer block)
        {
            int frames = inner.Read(block);
            for (int channel = 0; channel < block.Channels && gain != 1f; channel++)
            {
                Span<float> samples = block[channel][..frames];
                TensorPrimitives.Multiply(samples, gain, samples);
            }

            return frames;
        }

        public void Dispose() => inner.Dispose();
    }
}
