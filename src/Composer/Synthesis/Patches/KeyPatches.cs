using DgxMusic.Composer.Synthesis.Signal;
using DgxMusic.Composer.Synthesis.Voices;

namespace DgxMusic.Composer.Synthesis.Patches;

/// <summary>Struck bodies and keyboards.</summary>
static class KeyPatches
{
    const int PianoPartials = 28;

    public static readonly Instrument Piano = new(rate => new ModalVoice(
        new(StrikePiano, 3 * PianoPartials, new EnvelopeShape(0.0015, 1, 1, 0.28)) { Knock = 0.06, KnockHz = 520, KnockSeconds = 0.06 }, rate)) { Polyphony = 20 };

    public static readonly Instrument ElectricPiano = new(rate => new FmVoice(
        new(
            [new(0.75, 1, 1, 1.6, 0.9, 0.25, 6), new(0.32, 1, 14, 0.9, 0.25, 0, 1.1), new(0.18, 1.002, 1, 0.7, 2, 0.3, 7)],
            new EnvelopeShape(0.002, 6, 0.4, 0.22)),
        rate)) { Polyphony = 16, FollowsBrightness = true, TremoloHz = 4.4, TremoloDepth = 0.35, TremoloPans = true };

    public static readonly Instrument Organ = new(rate => new SynthVoice(
        new()
        {
            // Drawbars 8', 5⅓', 4', 2⅔' and 2' of a tone wheel.
            Layers = [new(Waves.Sines(1, 0.75, 0.55, 0.4, 0, 0.28, 0, 0.2), 0.45), new(Waves.Sines(0.7), 0.45, Semitones: -12)],
            Amplitude = new(0.004, 1, 1, 0.06),
            Chiff = 0.05,
            VibratoHz = 6.4,
            VibratoCents = 7,
            VibratoDelay = 0,
            VelocityDb = 8,
        },
        stereo: false, rate)) { Polyphony = 14, Drive = 0.15, FollowsBrightness = true, TremoloHz = 6.4, TremoloDepth = 0.25, TremoloPans = true };

    public static readonly Instrument Vibraphone = new(rate => new ModalVoice(
        new(StrikeVibraphone, 8, new EnvelopeShape(0.002, 1, 1, 0.5)) { Knock = 0.04, KnockHz = 900, KnockSeconds = 0.02 }, rate)) { Polyphony = 12, TremoloHz = 5.2, TremoloDepth = 0.4 };

    public static readonly Instrument MusicBox = new(rate => new ModalVoice(
        new(StrikeTine, 8, new EnvelopeShape(0.001, 1, 1, 0.9)) { Knock = 0.05, KnockHz = 3200, KnockSeconds = 0.012 }, rate)) { Polyphony = 16 };

    public static readonly Instrument Bell = new(rate => new ModalVoice(
        new(StrikeBell, 12, new EnvelopeShape(0.001, 1, 1, 1.6)) { Knock = 0.03, KnockHz = 2400, KnockSeconds = 0.015 }, rate)) { Polyphony = 12 };

    // Stiff strings, three a note: partials a little sharp (Fletcher, J. Acoust. Soc. Am. 36, 1964), decays that hang together with pitch, beats between strings.
    static void StrikePiano(ModalBank bank, double hertz, double velocity, uint key)
    {
        const double stiffness = 0.00028;
        double inharmonic = stiffness * Math.Pow(hertz / 261.63, 1.2), sustain = 9 * Math.Pow(hertz / 261.63, -0.65), hammer = 1500 * Math.Pow(2, 2.4 * (velocity - 0.5));
        for (int n = 1; n <= PianoPartials; n++)
        {
            double partial = n * hertz * Math.Sqrt(1 + (inharmonic * n * n)) / Math.Sqrt(1 + inharmonic);
            double strike = Math.Abs(Math.Sin(Math.PI * n * 0.122)), soft = 1 / (1 + Math.Pow(partial / hammer, 2));
            double amplitude = 0.5 * strike * soft / Math.Pow(n, 0.55), seconds = sustain / (1 + (0.22 * (n - 1)));
            double spread = 0.0004 * (0.6 + Noise.Unit(key, (uint)n));
            bank.Add(partial * (1 + spread), 0.6 * amplitude, seconds);
            bank.Add(partial * (1 - spread), 0.4 * amplitude, 0.7 * seconds);
            bank.Add(partial, 0.5 * amplitude, 0.16 * seconds);
        }
    }

    static void StrikeVibraphone(ModalBank bank, double hertz, double velocity, uint key)
    {
        double hard = velocity * velocity, sustain = 5 * Math.Pow(hertz / 349, -0.5);
        bank.Add(hertz, 0.7, sustain);
        bank.Add(4 * hertz, 0.18 * (0.4 + hard), 0.28 * sustain);
        bank.Add(9.9 * hertz, 0.07 * hard, 0.08 * sustain);
        bank.Add(hertz * 1.0006, 0.2, 0.8 * sustain, Noise.Unit(key, 3));
    }

    static void StrikeTine(ModalBank bank, double hertz, double velocity, uint key)
    {
        bank.Add(hertz, 0.6, 2.2);
        bank.Add(2.0 * hertz * 1.001, 0.14, 1.5);
        bank.Add(6.27 * hertz, 0.16 * (0.3 + velocity), 0.5);
        bank.Add(17.55 * hertz, 0.05 * velocity, 0.15);
        bank.Add(hertz * 1.0012, 0.15, 1.6, Noise.Unit(key, 5));
    }

    static void StrikeBell(ModalBank bank, double hertz, double velocity, uint key)
    {
        // Hum, prime, tierce, quint, nominal and above, as a bell founder tunes them; the strike note is heard at the prime.
        (double Ratio, double Gain, double Seconds)[] partials = [(1, 0.5, 4), (0.5, 0.16, 6), (1.2, 0.16, 2.6), (1.5, 0.1, 2), (2, 0.32, 2.4), (2.67, 0.12, 1.4), (3, 0.12, 1.2), (4.1, 0.1, 0.8)];
        foreach ((double ratio, double gain, double seconds) in partials)
            bank.Add(ratio * hertz, gain * (ratio > 2 ? 0.4 + (0.8 * velocity) : 1), seconds, ratio == 1 ? 0 : 0.1 * Noise.Unit(key, (uint)(10 * ratio)));
    }
}
