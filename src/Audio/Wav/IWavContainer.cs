namespace DgxMusic.Audio.Wav;

/// <summary>What stands around the codes of a WAV file. Made, it has written all that comes before them.</summary>
interface IWavContainer : IDisposable
{
    /// <summary>Bytes before the first code.</summary>
    int HeaderBytes { get; }

    void Write(ReadOnlySpan<byte> codes);

    /// <summary>Writes all that comes behind the codes, which are as many as announced, and flushes.</summary>
    void Complete();
}
