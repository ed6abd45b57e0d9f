using DgxMusic.Composer.Synthesis.Signal;
using DgxMusic.Composer.Synthesis.Voices;

namespace DgxMusic.Composer.Synthesis.Patches;

/// <summary>Plucked strings.</summary>
static class StringPatches
{
    public static readonly Instrument FingerBass = Plucked(new() { DecaySeconds = 5, HighDecaySeconds = 0.35, PluckHz = 900, Position = 0.22, Scrape = 0.12, ReleaseSeconds = 0.09 }) with
    {
        Polyphony = 2, Solo = true, Drive = 0.12, Body = [rate => FilterCoefficients.LowShelf(120, 3, rate), rate => FilterCoefficients.Bell(700, 0.8, 2, rate)],
    };

    public static readonly Instrument PickBass = Plucked(new() { DecaySeconds = 5, HighDecaySeconds = 0.6, PluckHz = 3200, Position = 0.12, Scrape = 0.25, ReleaseSeconds = 0.07 }) with
    {
        Polyphony = 2, Solo = true, Drive = 0.25, Body = [rate => FilterCoefficients.LowShelf(110, 2, rate), rate => FilterCoefficients.Bell(1400, 0.8, 3, rate)],
    };

    public static readonly Instrument UprightBass = Plucked(new() { DecaySeconds = 2.2, HighDecaySeconds = 0.16, PluckHz = 800, Position = 0.28, Scrape = 0.3, ReleaseSeconds = 0.12, SecondCents = 3 }) with
    {
        Polyphony = 2,
        Solo = true,
        Body = [rate => FilterCoefficients.Bell(98, 1.4, 5, rate), rate => FilterCoefficients.Bell(240, 1.2, 2, rate), rate => FilterCoefficients.HighShelf(2500, -6, rate)],
    };

    public static readonly Instrument AcousticGuitar = Plucked(new() { DecaySeconds = 4, HighDecaySeconds = 0.9, PluckHz = 4800, Position = 0.15, Scrape = 0.3, SecondCents = 2.5, ReleaseSeconds = 0.2 }) with
    {
        Polyphony = 12,
        Body = [rate => FilterCoefficients.Bell(104, 2, 5, rate), rate => FilterCoefficients.Bell(205, 2, 4, rate), rate => FilterCoefficients.Highpass(75, 0.7, rate)],
    };

    public static readonly Instrument CleanGuitar = Plucked(new() { DecaySeconds = 5, HighDecaySeconds = 0.7, PluckHz = 3600, Position = 0.2, Scrape = 0.18, ReleaseSeconds = 0.16 }) with
    {
        Polyphony = 12, Chorus = 0.3, Drive = 0.1, Body = [rate => FilterCoefficients.Bell(2400, 0.9, 4, rate), rate => FilterCoefficients.Lowpass(6500, 0.8, rate)],
    };

    public static readonly Instrument MutedGuitar = Plucked(new() { DecaySeconds = 0.5, HighDecaySeconds = 0.14, PluckHz = 3800, Position = 0.1, Scrape = 0.4, ReleaseSeconds = 0.05 }) with
    {
        Polyphony = 10, Drive = 0.15, Body = [rate => FilterCoefficients.Highpass(140, 0.7, rate), rate => FilterCoefficients.Bell(1800, 0.9, 5, rate)],
    };

    public static readonly Instrument DistortedGuitar = Plucked(new() { DecaySeconds = 7, HighDecaySeconds = 1.4, PluckHz = 4200, Position = 0.13, Scrape = 0.2, Doubled = true, SecondCents = 7, ReleaseSeconds = 0.12, VelocityDb = 12 }, stereo: true) with
    {
        Polyphony = 8,
        Amplified = true,
        DriveInput = 0.5,
        // A loudspeaker in its box: nothing above 5 kHz, a presence below it.
        Body =
        [
            rate => FilterCoefficients.Highpass(85, 0.9, rate), rate => FilterCoefficients.Bell(2600, 1.1, 4, rate),
            rate => FilterCoefficients.Lowpass(4800, 0.9, rate), rate => FilterCoefficients.Lowpass(5600, 0.6, rate),
        ],
    };

    static Instrument Plucked(PluckedPatch patch, bool stereo = false) => new(rate => new PluckedVoice(patch, rate), stereo);
}
