namespace DgxMusic.Audio.Wav;

/// <summary>Our own header and trailer; the stream stays the caller's.</summary>
sealed class WavContainer : IWavContainer
{
    readonly Stream stream;
    readonly WavLayout layout;

    /// <exception cref="ArgumentException">The layout has a value that no WAV header can carry.</exception>
    public WavContainer(Stream stream, WavLayout layout)
    {
        layout.Check();
        (this.stream, this.layout) = (stream, layout);
        byte[] header = WavHeaderWriter.Write(layout);
        HeaderBytes = header.Length;
        stream.Write(header);
    }

    public int HeaderBytes { get; }

    public void Write(ReadOnlySpan<byte> codes) => stream.Write(codes);

    public void Complete()
    {
        if (layout.PadBytes > 0) stream.WriteByte(0);
        foreach (WavChunk chunk in layout.After) stream.Write(chunk.ToArray());
        stream.Flush();
    }

    public void Dispose()
    {
    }
}
