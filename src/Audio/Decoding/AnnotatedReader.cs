using DgxMusic.Dsp;

namespace DgxMusic.Audio.Decoding;

/// <summary>A reader with something to say before it begins, and something to put away when it is done.</summary>
sealed class AnnotatedReader(ISampleReader reader, string? warning, Action? putAway) : ISampleReader
{
    public AudioFormat Format => reader.Format;

    public long? Frames => reader.Frames;

    public IReadOnlyList<string> Warnings => warning is null ? reader.Warnings : [warning, .. reader.Warnings];

    public int Read(AudioBuffer block) => reader.Read(block);

    public void Dispose()
    {
        reader.Dispose();
        putAway?.Invoke();
    }
}
