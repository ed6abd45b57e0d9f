using DgxMusic.Audio.Encoders;
using DgxMusic.Audio.Tagging;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Audio.Export;

/// <summary>The file that a mastered track goes into.</summary>
/// <param name="format">Null: WAV.</param>
/// <param name="codes">Sample format of the file, or of what its encoder is fed with.</param>
/// <param name="input">The track before mastering, at the file's rate.</param>
sealed class TrackFile(EncodedFormat? format, BitDepth codes, TrackLoudness input, ExportExtras extras)
{
    const string Software = "DgxMusic";

    /// <summary>What a decoder of a format with loss adds to the peaks, dB; and how far a measured peak may miss a ceiling it was made for.</summary>
    const double DecoderHeadroomDb = 1.0, PeakTolerance = 0.05;

    /// <param name="told">The track as it will go out; null where the header does not tell.</param>
    public ISampleWriter Open(Stream target, TrackLoudness? told, int sourceRateHz, CancellationToken cancellation)
    {
        if (format is not null)
        {
            var encoded = new EncodedLayout(format, input.SampleRateHz, input.Channels, codes, input.Frames, ContainerTags.Held(format.Format, extras.Tags));
            return new EncodedWriter(target, encoded, extras.Encoder, cancellation);
        }
        List<WavChunk> before = [], after = [];
        if (told is not null && extras.Broadcast is { } source) before.Add(BroadcastChunk.Write(Updated(source, told, sourceRateHz)));
        if (!extras.Tags.IsEmpty) before.Add(new(RiffInfo.ListId, RiffInfo.Write(extras.Tags, Software)));
        if (extras.Tags.Cover is not null) after.Add(new("id3 ", Id3Writer.Write(extras.Tags)));   // INFO has no place for pictures
        return extras.Codec.CreateWav(target, new WavLayout(input.SampleRateHz, input.Channels, codes, input.Frames) { Before = before, After = after });
    }

    /// <summary>What of the request the format could not hold.</summary>
    /// <param name="output">The track as it went out.</param>
    /// <param name="askedHz">The rate that was asked for, or else the source's.</param>
    public IEnumerable<string> Warnings(TrackLoudness output, int askedHz)
    {
        if (format is null) yield break;
        foreach (string name in ContainerTags.Lost(format.Format, extras.Tags)) yield return $"{format.Title} has no place for the {name} '{extras.Tags.Track}'.";
        if (output.SampleRateHz != askedHz) yield return $"{format.Title} has no {askedHz:N0} Hz; the track was converted to {output.SampleRateHz:N0} Hz.";
        if (!format.IsLossless && output.TruePeakDbtp > PeakTolerance - DecoderHeadroomDb)
        {
            yield return $"The true peak is {output.TruePeakDbtp:F1} dBTP: decoders of {format.Title} may clip above {-DecoderHeadroomDb:F0} dBTP, "
                + "which the modes true_peak and limiter keep.";
        }
    }

    BroadcastInfo Updated(BroadcastInfo source, TrackLoudness told, int sourceRateHz)
    {
        string mode = input.Channels == 1 ? "mono" : "stereo", kind = codes == BitDepth.Float ? $"{Software} float" : Software;
        string line = $"A=PCM,F={input.SampleRateHz},W={8 * BitDepths.BytesOf(codes)},M={mode},T={kind}\r\n";
        bool isOpen = source.CodingHistory.Length > 0 && !source.CodingHistory.EndsWith('\n');
        return source with
        {
            Description = source.Description.Length > 0 ? source.Description : extras.Tags.Title ?? "",
            Originator = source.Originator.Length > 0 ? source.Originator : Software,
            TimeReference = (ulong)((((UInt128)source.TimeReference * (uint)input.SampleRateHz) + ((uint)sourceRateHz / 2)) / (uint)sourceRateHz),
            CodingHistory = source.CodingHistory + (isOpen ? "\r\n" : "") + line,
            Loudness = new(told.IntegratedLufs, told.LoudnessRangeLu, told.TruePeakDbtp, told.MomentaryMaxLufs, told.ShortTermMaxLufs),
        };
    }
}
