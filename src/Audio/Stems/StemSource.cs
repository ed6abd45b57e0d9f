namespace DgxMusic.Audio.Stems;

/// <summary>What of a source decides in which format its tracks are written.</summary>
/// <param name="Container">As <see cref="AudioFormat.Container"/> says it: by the content, whatever the name.</param>
/// <param name="BitDepth">As <see cref="AudioFormat.BitDepth"/> says it.</param>
/// <param name="BitsPerSecond">Of a source coded with loss; null where nobody can tell.</param>
/// <param name="Seconds">Of the source, and so of each track.</param>
/// <param name="SampleRateHz">Of the tracks that are written.</param>
/// <param name="Channels">Of the tracks that are written.</param>
public sealed record StemSource(string Container, string? BitDepth, int? BitsPerSecond, double Seconds, int SampleRateHz, int Channels = 2)
{
    /// <summary>FLAC of a depth nobody told is not.</summary>
    public bool IsLossy => BitDepth is null && Container is "mp3" or "ogg" or "m4a" or "aac";

    /// <param name="frames">That the source has, at its own rate.</param>
    /// <param name="rateHz">Of the tracks that are written.</param>
    public static StemSource Of(AudioFormat source, long frames, int rateHz) =>
        new(source.Container, source.BitDepth, source.BitsPerSecond, (double)frames / source.SampleRateHz, rateHz);

    /// <summary>Bits a sample that its integer codes have; null for float and for sources coded with loss.</summary>
    internal int? Bits => BitDepth switch
    {
        "PCM_U8" or "PCM_S8" => 8,
        "PCM_16" => 16,
        "PCM_24" => 24,
        "PCM_32" => 32,
        _ => null,
    };

    internal bool IsFloat => BitDepth is "FLOAT" or "DOUBLE";
}
