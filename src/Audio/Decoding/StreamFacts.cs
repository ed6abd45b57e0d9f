using System.Globalization;
using System.Text.Json;
using DgxMusic.Audio.IO;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Decoding;

/// <summary>What ffprobe reads in the headers of the first audio stream.</summary>
/// <param name="BitDepth">Null for codecs with loss.</param>
/// <param name="IsVorbis">Its end lies where the last page's granule position says, within a packet (Vorbis I, A.2).</param>
/// <param name="Frames">Where the headers count them to the frame: lossless codecs, Vorbis, and MP4 by its edit list. Null elsewhere.</param>
/// <param name="BitsPerSecond">Of codecs with loss: the stream's, or the whole file's where only that is told. Null elsewhere.</param>
sealed record StreamFacts(int SampleRateHz, int Channels, string? BitDepth, bool IsVorbis, long? Frames, int? BitsPerSecond)
{
    const int MostBytes = 1 << 20;

    /// <exception cref="PipelineException"><see cref="Problem.UnreadableAudio"/>, <see cref="Problem.DecoderMissing"/>.</exception>
    public static StreamFacts Read(string path, ContentKind kind, DecoderOptions options, CancellationToken cancellation)
    {
        string[] arguments =
        [
            "-v", "error", "-protocol_whitelist", "file,pipe", "-f", kind.Demuxer!, "-select_streams", "a:0", "-show_entries",
            "stream=codec_name,sample_rate,channels,bits_per_raw_sample,time_base,start_pts,duration_ts,bit_rate:format=bit_rate", "-of", "json", "file:" + path,
        ];
        using var child = ChildProcess.Start(ChildRole.Decoder, options.Ffprobe, arguments, TimeSpan.FromSeconds(options.PatienceSeconds), cancellation);
        byte[] json = new byte[MostBytes];
        int count = child.Output.ReadAtLeast(json, json.Length, throwOnEndOfStream: false);
        child.Finish();
        return Parse(json.AsMemory(0, count), kind);
    }

    internal static StreamFacts Parse(ReadOnlyMemory<byte> json, ContentKind kind)
    {
        using var document = JsonDocument.Parse(json);
        var streams = document.RootElement.TryGetProperty("streams", out var list) ? list.EnumerateArray().ToArray() : [];
        if (streams.Length == 0) throw new PipelineException(Problem.UnreadableAudio, $"This {kind.Title} file has no audio in it.");
        string codec = Text(streams[0], "codec_name");
        int rate = (int)Number(streams[0], "sample_rate").GetValueOrDefault();
        int channels = (int)Number(streams[0], "channels").GetValueOrDefault();
        if (rate < 1 || channels < 1)
        {
            throw new PipelineException(Problem.UnreadableAudio, $"This {kind.Title} file says {channels} channels at {rate} Hz.");
        }
        string? depth = BitDepthOf(codec, Number(streams[0], "bits_per_raw_sample"));
        int? bitRate = IsLossless(codec) ? null : BitRateOf(streams[0]) ?? (document.RootElement.TryGetProperty("format", out var file) ? BitRateOf(file) : null);
        return new(rate, channels, depth, codec == "vorbis", FramesOf(streams[0], codec, kind, rate), bitRate);
    }

    static bool IsLossless(string codec) => codec is "flac" or "alac";

    static int? BitRateOf(JsonElement element) => Number(element, "bit_rate") is > 0 and <= int.MaxValue and long bits ? (int)bits : null;

    static string? BitDepthOf(string codec, long? bits) => !IsLossless(codec) ? null : bits switch
    {
        >= 1 and <= 8 => "PCM_S8",
        <= 16 => "PCM_16",
        <= 24 => "PCM_24",
        <= 32 => "PCM_32",
        _ => null,
    };

    /// <summary>
    /// MP3 and ADTS only estimate their length, Opus counts what its decoder drops; a stream that does not start at 0 was cut from another.
    /// </summary>
    static long? FramesOf(JsonElement stream, string codec, ContentKind kind, int rateHz)
    {
        bool counts = kind == ContentKind.Mp4 || IsLossless(codec) || codec == "vorbis";
        if (!counts || Number(stream, "start_pts") != 0 || Number(stream, "duration_ts") is not { } ticks) return null;
        string[] timeBase = Text(stream, "time_base").Split('/');
        if (timeBase.Length != 2 || !Whole(timeBase[0], out long numerator) || !Whole(timeBase[1], out long denominator)) return null;
        if (denominator < 1) return null;
        return (long)Math.Round((double)ticks * numerator * rateHz / denominator);
    }

    static string Text(JsonElement stream, string name) => stream.TryGetProperty(name, out var value) ? value.ToString() : "";

    static long? Number(JsonElement stream, string name) => Whole(Text(stream, name), out long value) ? value : null;

    static bool Whole(string text, out long value) => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out value);
}
