using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Voices;

/// <summary>Noise and a saw whose colour, pitch and level move over the length of the note.</summary>
/// <param name="FromHz">Centre of the noise band at the beginning.</param>
/// <param name="Curve">Level is progress to this power; negative: what is left to its power.</param>
sealed record EffectPatch(double FromHz, double ToHz, double Curve, double Tone, double FromPitch, double ToPitch)
{
    /// <summary>The band turns round half way and comes back.</summary>
    public bool Returns { get; init; }

    public double Q { get; init; } = 1.1;

    public double ReleaseSeconds { get; init; } = 0.12;
}

/// <summary>Plays an <see cref="EffectPatch"/>; stereo.</summary>
sealed class EffectVoice(EffectPatch patch, double rate) : Voice
{
    static readonly Layer Tone = new(Waves.Saw, 0.5, Unison: 5, DetuneCents: 22, Spread: 0.8);

    readonly OscillatorBank bank = new([Tone], stereo: true, rate);
    readonly float[] levels = new float[Blocks.Tick], noise = new float[Blocks.Tick], toneLeft = new float[Blocks.Tick], toneRight = new float[Blocks.Tick];
    Envelope amplitude;
    Filter left, right, leftTone, rightTone;
    FilterCoefficients band, low;
    VoiceNote note;
    uint age;
    float last;
    double hertz;

    public override void Start(in VoiceNote note)
    {
        (this.note, age, band, low, last) = (note, 0, default, default, 0);
        amplitude.Start(new(0.01, 1, 1, patch.ReleaseSeconds), note.Hold, rate);
        bank.Start(note.Key, inPhase: false);
        hertz = Blocks.Hertz(patch.FromPitch);
        (left, right, leftTone, rightTone) = (default, default, default, default);
    }

    public override bool Render(Span<float> left, Span<float> right, double brightness)
    {
        double progress = Math.Min(1, (age + Blocks.Tick) / (double)note.Hold), place = patch.Returns ? 1 - Math.Abs((2 * progress) - 1) : progress;
        (FilterCoefficients bandWas, FilterCoefficients lowWas) = (band, low);
        double centre = patch.FromHz * Math.Pow(patch.ToHz / patch.FromHz, place);
        band = FilterCoefficients.Bandpass(centre, patch.Q, rate);
        low = FilterCoefficients.Lowpass(Math.Min(0.45 * rate, 1.5 * centre), 0.7, rate);
        if (bandWas == default) (bandWas, lowWas) = (band, low);
        AddTone(progress, lowWas);
        Hiss(left, ref this.left, 0x1B873593, bandWas);
        Hiss(right, ref this.right, 0xCC9E2D51, bandWas);
        Kernels.Add(left, toneLeft, (float)patch.Tone);
        Kernels.Add(right, toneRight, (float)patch.Tone);
        Level(left, right, patch.Curve >= 0 ? Math.Pow(progress, patch.Curve) : Math.Pow(1 - progress, -patch.Curve));
        age += Blocks.Tick;
        return amplitude.Alive;
    }

    void AddTone(double progress, in FilterCoefficients lowWas)
    {
        if (patch.Tone <= 0) return;
        Array.Clear(toneLeft);
        Array.Clear(toneRight);
        double to = Blocks.Hertz(patch.FromPitch + ((patch.ToPitch - patch.FromPitch) * progress));
        bank.Render(toneLeft, toneRight, hertz, to);
        hertz = to;
        leftTone.Process(toneLeft, lowWas, low);
        rightTone.Process(toneRight, lowWas, low);
    }

    void Hiss(Span<float> samples, ref Filter filter, uint stream, in FilterCoefficients bandWas)
    {
        Noise.Fill(noise, note.Key ^ stream, age);
        filter.Process(noise, bandWas, band);
        Kernels.Add(samples, noise, 0.8f);
    }

    void Level(Span<float> left, Span<float> right, double level)
    {
        amplitude.Fill(levels);
        float to = (float)(level * note.Velocity), step = (to - last) / levels.Length;
        for (int i = 0; i < levels.Length; i++) levels[i] *= last + (i * step);
        last = to;
        Kernels.Multiply(left, levels);
        Kernels.Multiply(right, levels);
    }
}
