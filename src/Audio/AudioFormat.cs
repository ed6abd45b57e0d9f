namespace DgxMusic.Audio;

/// <summary>What a source says about its samples.</summary>
/// <param name="Container">
/// Lower case: <c>wav</c>, <c>aiff</c>, <c>flac</c>, <c>mp3</c>, <c>ogg</c>, <c>m4a</c>, <c>aac</c>; <c>raw</c> for samples that came from no file.
/// </param>
/// <param name="BitDepth">
/// PCM_U8, PCM_S8, PCM_16, PCM_24, PCM_32, FLOAT or DOUBLE; null where samples were coded with loss or came from no file.
/// </param>
/// <param name="ChannelMask">Speaker positions as <c>dwChannelMask</c> of WAVEFORMATEXTENSIBLE, one bit a channel; null where not told.</param>
public sealed record AudioFormat(int SampleRateHz, int Channels, string Container, string? BitDepth = null, uint? ChannelMask = null)
{
    /// <summary>More is refused when reading: no file in earnest has them, and each costs memory a block.</summary>
    public const int MostChannels = 64;

    /// <summary>Of samples coded with loss, as the headers tell it or the file's size does; null where samples are whole or nobody can tell.</summary>
    public int? BitsPerSecond { get; init; }
}
