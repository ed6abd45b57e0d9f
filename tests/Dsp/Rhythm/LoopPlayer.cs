using DgxMusic.Dsp.Tests.Sounds;

namespace DgxMusic.Dsp.Tests.Rhythm;

/// <summary>A band that plays one style.</summary>
sealed class LoopPlayer(LoopStyle style, double bpm, bool isSoft, int rateHz, double lead, int bars, Dice dice)
{
    static readonly int[][] progressions =
    [
        [0, 5, 3, 4], [0, 4, 5, 3], [5, 3, 0, 4], [0, 3, 4, 0], [1, 4, 0, 0], [0, 0, 3, 4], [0, 0, 0, 0], [0, 6, 5, 6], [0, 3, 0, 4], [2, 5, 1, 4], [0, 5, 0, 5], [0, 0, 4, 4],
    ];

    static readonly int[] scale = [0, 2, 4, 5, 7, 9, 11];

    readonly double drumGain = isSoft ? dice.Between(0.3, 0.7) : dice.Between(0.6, 1), looseness = dice.Chance(0.5) ? 0 : dice.Between(0, 0.008);
    readonly double tonic = dice.Of((int[])[0, 2, 3, 5, 7, 8, 9, 10]) + (dice.Chance(0.3) ? dice.Between(-0.4, 0.4) : 0);
    readonly int[] progression = dice.Of(progressions);
    readonly int mode = dice.Chance(0.4) ? 5 : 0;
    readonly double barsPerChord = style.BeatsPerBar * 60 / bpm > 2.6 && dice.Chance(0.5) ? 0.5 : dice.Chance(0.75) ? 1 : 2;

    double StepSeconds => 60 / bpm / style.StepsPerBeat;

    int Steps => bars * style.BeatsPerBar * style.StepsPerBeat;

    internal void Play(float[] track)
    {
        bool hasDrums = style.Kick.Length > 1;
        bool isDrumsOnly = hasDrums && dice.Chance(0.12);
        Strike(track, style.Kick, Drum.Kick, 1);
        Strike(track, style.Snare, dice.Of((Drum[])[Drum.Snare, Drum.Snare, Drum.Snare, Drum.Clap, Drum.Rim]), 0.7);
        if (!dice.Chance(0.12)) Strike(track, style.Cymbal, style.StepsPerBeat == 3 && dice.Chance(0.6) ? Drum.Ride : dice.Of((Drum[])[Drum.Hat, Drum.Hat, Drum.Hat, Drum.Shaker, Drum.Ride]), dice.Between(0.15, 0.45));
        Strike(track, style.Other, style.StepsPerBeat == 3 ? Drum.Pedal : dice.Of((Drum[])[Drum.Rim, Drum.Bell, Drum.Conga]), 0.4);
        if (isDrumsOnly) return;
        if (!hasDrums || !dice.Chance(0.1)) PlayBass(track);
        if (!hasDrums || !dice.Chance(0.1)) PlayChords(track);
        PlayArpeggio(track);
        if (isSoft) PlayPadAndVoice(track);
    }

    double At(int step) => lead + ((step + (step % 2 == 1 ? style.Swing : 0)) * StepSeconds) + (looseness * dice.Between(-1, 1));

    void Strike(float[] track, string patterns, Drum drum, double gain)
    {
        string pattern = LoopStyle.Draw(patterns, dice);
        float[] stroke = Drums.Stroke(drum, rateHz, isSoft ? dice.Between(0.3, 1) : 0, dice);
        bool hasFill = drum is Drum.Snare or Drum.Conga && dice.Chance(0.3);
        for (int step = 0; step < Steps; step++)
        {
            char mark = pattern[step % pattern.Length];
            bool isFill = hasFill && step >= Steps - style.StepsPerBeat;
            if (mark is not ('x' or 'o') && !isFill) continue;
            float loudness = (float)(drumGain * gain * (mark == 'x' ? 1 : 0.4) * dice.Between(0.85, 1));
            int start = Math.Max(0, (int)(At(step) * rateHz));
            for (int n = 0; n < stroke.Length && start + n < track.Length; n++) track[start + n] += loudness * stroke[n];
        }
    }

    /// <summary>Semitones above the tonic of a note of the chord at a step: 0 root, 1 third, 2 fifth, 3 the root an octave above, and so on.</summary>
    int Tone(int step, int index)
    {
        int chord = (int)(step / (barsPerChord * style.BeatsPerBar * style.StepsPerBeat));
        int degree = progression[chord % progression.Length] + mode + (index % 3 * 2);
        return scale[degree % 7] + (degree / 7 * 12) - (mode == 5 ? 9 : 0) + (index / 3 * 12);
    }

    void PlayBass(float[] track)
    {
        string pattern = LoopStyle.Draw(style.Bass, dice);
        double gain = isSoft ? 0.35 : dice.Between(0.25, 0.5), length = dice.Between(0.6, 1);
        for (int step = 0; step < Steps; step++)
        {
            int index = "1358".IndexOf(pattern[step % pattern.Length]);
            if (index < 0) continue;
            double pitch = 36 + tonic + (Tone(step, 0) % 12) + (Tone(step, index) - Tone(step, 0));
            Instrument.Bass.Play(track, rateHz, At(step), StepSeconds * Gap(pattern, step) * length, pitch, gain);
        }
    }

    void PlayChords(float[] track)
    {
        string pattern = LoopStyle.Draw(style.Chords, dice);
        Instrument instrument = dice.Of((Instrument[])[Instrument.Piano, Instrument.Piano, Instrument.Organ, Instrument.Pad]);
        if (instrument == Instrument.Pad && pattern.Contains('x')) instrument = Instrument.Organ;
        double gain = dice.Between(0.06, 0.14), inversion = dice.Of((int[])[0, 1, 2]);
        for (int step = 0; step < Steps; step++)
        {
            char mark = pattern[step % pattern.Length];
            if (mark is not ('x' or 'X' or 'o')) continue;
            double seconds = mark == 'X' ? StepSeconds * Gap(pattern, step) * 0.97 : Math.Min(0.18, StepSeconds * 0.9), at = At(step);
            for (int note = 0; note < 3; note++)
                instrument.Play(track, rateHz, at, seconds, 60 + tonic + Tone(step, note) - (note >= 3 - inversion ? 12 : 0), mark == 'o' ? gain / 2 : gain);
        }
    }

    void PlayArpeggio(float[] track)
    {
        string pattern = LoopStyle.Draw(style.Arpeggio, dice);
        for (int step = 0; step < Steps; step++)
        {
            int index = pattern[step % pattern.Length] - '0';
            if (index is >= 0 and < 9) Instrument.Piano.Play(track, rateHz, At(step), StepSeconds * 2, 60 + tonic + Tone(step, index), 0.15);
        }
    }

    void PlayPadAndVoice(float[] track)
    {
        double padGain = dice.Between(0.02, 0.09), voiceGain = dice.Chance(0.6) ? dice.Between(0.05, 0.15) : 0;
        int half = Math.Max(1, style.BeatsPerBar * style.StepsPerBeat / 2);
        for (int step = 0; step < Steps; step += half)
        {
            double seconds = half * StepSeconds;
            for (int note = 0; note < 3; note++) Instrument.Pad.Play(track, rateHz, lead + (step * StepSeconds), seconds, 60 + tonic + Tone(step, note), padGain);
            int sung = (int)dice.Between(0, 5);
            int late = style.StepsPerBeat * (int)dice.Between(0, 2);
            if (dice.Chance(0.8)) Instrument.Voice.Play(track, rateHz, At(step + late), seconds * dice.Between(0.4, 1.5), 60 + tonic + Tone(step, sung), voiceGain);
        }
    }

    /// <summary>Steps until the pattern's next note.</summary>
    static int Gap(string pattern, int step)
    {
        int gap = 1;
        while (gap < pattern.Length && pattern[(step + gap) % pattern.Length] == '.') gap++;
        return gap;
    }
}
