using DgxMusic.Dsp.Tests.Sounds;

namespace DgxMusic.Dsp.Tests.Rhythm;

/// <summary>Music whose tempo and beats are known because it was made here.</summary>
/// <param name="Beats">Seconds, ascending; every one of the audio.</param>
/// <param name="BeatsPerBar">The first beat begins a bar.</param>
sealed record Loop(string Name, double Bpm, int BeatsPerBar, double[] Beats, AudioBuffer Audio)
{
    /// <param name="isSoft">Dull attacks, reverberation, hiss, a held pad and a singing voice instead of sharp dry sounds.</param>
    /// <param name="seed">Decides patterns, sounds, harmony, tuning and where the first beat is.</param>
    internal static Loop Make(LoopStyle style, double bpm, bool isSoft, int rateHz, double seconds, ulong seed)
    {
        var dice = new Dice(seed);
        double bar = style.BeatsPerBar * 60 / bpm, lead = dice.Chance(0.5) ? 0 : dice.Between(0, 0.5);
        int bars = (int)Math.Ceiling((seconds - lead) / bar);
        var player = new LoopPlayer(style, bpm, isSoft, rateHz, lead, bars, dice);
        float[] track = new float[(int)((lead + (bars * bar)) * rateHz)];
        player.Play(track);
        if (isSoft) Room.Reverberate(track, rateHz, dice.Between(0.3, 0.9), dice.Between(0.4, 1.4));
        Room.Level(track);
        if (isSoft) Room.Hiss(track, dice.Between(0.004, 0.03), dice);
        double[] beats = [.. Enumerable.Range(0, bars * style.BeatsPerBar).Select(beat => lead + (beat * 60 / bpm))];
        return new($"{style.Name} {bpm:F1}{(isSoft ? " soft" : "")} #{seed}", bpm, style.BeatsPerBar, beats, new(rateHz, [track]));
    }
}
