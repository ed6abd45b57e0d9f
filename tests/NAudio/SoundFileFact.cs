using DgxMusic.Audio.Tests.Decoding;

namespace DgxMusic.NAudio.Tests;

/// <summary>Needs libsndfile, and ffmpeg to make files for it; skipped where they are not.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class SoundFileFactAttribute : FactAttribute
{
    public SoundFileFactAttribute() => Skip = NAudioCodec.Instance.ReadsFlac ? FfmpegTool.Missing : "Needs libsndfile.";
}

/// <inheritdoc cref="SoundFileFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
sealed class SoundFileTheoryAttribute : TheoryAttribute
{
    public SoundFileTheoryAttribute() => Skip = NAudioCodec.Instance.ReadsFlac ? FfmpegTool.Missing : "Needs libsndfile.";
}
