namespace DgxMusic.Composer.Synthesis.Voices;

/// <summary>A note as a voice hears it.</summary>
/// <param name="Hold">Frames from its start until the key is let go.</param>
/// <param name="GlideFrom">Pitch it slides from; equal to <paramref name="Pitch"/> where it does not.</param>
/// <param name="Key">Key of the noise that is this note's own.</param>
readonly record struct VoiceNote(long Hold, double Pitch, double GlideFrom, double Velocity, uint Key);

/// <summary>Sounds one note at a time, in ticks counted from the note's start. Objects are used again and again.</summary>
abstract class Voice
{
    public abstract void Start(in VoiceNote note);

    /// <summary>Renders the next tick.</summary>
    /// <param name="left">One tick of silence to write to; mono voices write to this one only.</param>
    /// <param name="brightness">0 to 1; 0.5 is the patch's own.</param>
    /// <returns>False once nothing more will sound.</returns>
    public abstract bool Render(Span<float> left, Span<float> right, double brightness);
}
