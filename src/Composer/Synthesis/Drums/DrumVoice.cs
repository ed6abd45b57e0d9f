using DgxMusic.Composer.Synthesis.Signal;
using DgxMusic.Composer.Synthesis.Voices;

namespace DgxMusic.Composer.Synthesis.Drums;

/// <summary>Plays one hit of a kit at a time. No two hits are quite alike; the same hit always is.</summary>
sealed class DrumVoice(DrumKit kit, double rate) : Voice
{
    // Everything below 90 dB under full level is over.
    const double Silence = 3e-5;
    const int TouchFrames = 32;

    readonly float[] mono = new float[Blocks.Tick], noise = new float[Blocks.Tick];
    readonly ModalBank ring = new(96, rate);
    readonly Tone[] tones = new Tone[4];
    readonly Hiss[] hisses = new Hiss[4];
    DrumSound sound = new(0);
    double gain, onset;
    float left, right;
    bool rings;
    uint key, age;

    struct Tone
    {
        public double Level, Fall, Hertz, Target, Sweep, Phase, Harmonic;
    }

    struct Hiss
    {
        public Filter Filter;
        public FilterCoefficients Shape;
        public double Level, Fall, AttackFrames, BurstFrames;
        public int Bursts;
    }

    public override void Start(in VoiceNote note)
    {
        sound = kit.Sound((int)note.Pitch);
        (key, age, onset) = (note.Key, 0, 1);
        double tune = 1 + (0.012 * Noise.Signed(key, 1)), colour = Math.Pow(2, (sound.VelocityOctaves * (note.Velocity - 0.8)) + (0.08 * Noise.Signed(key, 2)));
        gain = sound.Level * Blocks.Decibels((sound.VelocityDb * (note.Velocity - 1)) + (0.4 * Noise.Signed(key, 3)));
        double angle = (sound.Pan + 1) * Math.PI / 4;
        (left, right) = ((float)(Math.Sqrt(2) * Math.Cos(angle)), (float)(Math.Sqrt(2) * Math.Sin(angle)));
        for (int i = 0; i < sound.Tones.Count; i++) tones[i] = Begin(sound.Tones[i], tune, colour);
        for (int i = 0; i < sound.Noises.Count; i++) hisses[i] = Begin(sound.Noises[i], colour);
        Strike(sound.Ring, tune, colour);
        rings = sound.Ring is not null;
    }

    public override bool Render(Span<float> left, Span<float> right, double brightness)
    {
        Array.Clear(mono);
        // Layers die one by one; the dead cost nothing.
        bool alive = rings = rings && RenderRing();
        for (int i = 0; i < sound.Tones.Count; i++) alive |= Render(ref tones[i]);
        for (int i = 0; i < sound.Noises.Count; i++) alive |= Render(ref hisses[i], (uint)i);
        age += Blocks.Tick;
        Kernels.Add(left, mono, (float)gain * this.left);
        Kernels.Add(right, mono, (float)gain * this.right);
        return alive;
    }

    Tone Begin(ToneLayer layer, double tune, double colour) => new()
    {
        Level = layer.Gain,
        Fall = Blocks.DecayFactor(layer.DecaySeconds, rate),
        Target = layer.ToHz * tune,
        Hertz = (layer.FromHz - layer.ToHz) * tune * colour,
        Sweep = Blocks.DecayFactor(layer.SweepSeconds, rate),
        Harmonic = layer.Harmonic,
    };

    Hiss Begin(NoiseLayer layer, double colour)
    {
        double hertz = layer.Hertz * colour;
        return new()
        {
            Level = layer.Gain,
            Fall = Blocks.DecayFactor(layer.DecaySeconds, rate),
            AttackFrames = Math.Max(1, layer.AttackSeconds * rate),
            Bursts = layer.Bursts,
            BurstFrames = layer.BurstSeconds * rate,
            Shape = layer.Band switch
            {
                Band.Low => FilterCoefficients.Lowpass(hertz, layer.Q, rate),
                Band.Middle => FilterCoefficients.Bandpass(hertz, layer.Q, rate),
                _ => FilterCoefficients.Highpass(hertz, layer.Q, rate),
            },
        };
    }

    void Strike(RingLayer? layer, double tune, double colour)
    {
        ring.Clear();
        if (layer is null) return;
        int partials = layer.Ratios.Count > 0 ? layer.Ratios.Count : layer.Partials;
        double share = layer.Gain / Math.Sqrt(partials);
        for (int i = 0; i < partials; i++)
        {
            double place = (i + 0.5 + (0.45 * Noise.Signed(kit.Key, (uint)i))) / partials;
            double hertz = layer.Ratios.Count > 0 ? layer.LowHz * layer.Ratios[i] : layer.LowHz * Math.Pow(layer.HighHz / layer.LowHz, Math.Pow(place, 0.7));
            double level = share * (0.6 + (0.4 * Noise.Signed(kit.Key, (uint)i + 500))) * Math.Pow(colour, place - 0.3);
            ring.Add(hertz * tune, level, layer.DecaySeconds * Math.Pow(layer.Damping, -place), Noise.Unit(key, (uint)i + 900));
        }
    }

    bool RenderRing()
    {
        bool alive = ring.Render(mono);
        double step = 1 / Math.Max(1, sound.Ring!.AttackSeconds * rate);
        for (int i = 0; i < mono.Length && onset > 0; i++, onset -= step) mono[i] *= (float)(1 - (onset * onset * (3 - (2 * onset))));
        return alive;
    }

    bool Render(ref Tone tone)
    {
        if (tone.Level <= Silence) return false;
        double scale = 4294967296.0 / rate;
        Span<uint> phases = stackalloc uint[Blocks.Tick];
        Span<float> levels = stackalloc float[Blocks.Tick], sines = stackalloc float[Blocks.Tick];
        for (int i = 0; i < phases.Length; i++)
        {
            phases[i] = (uint)(long)tone.Phase;
            levels[i] = (float)tone.Level;
            tone.Phase += scale * (tone.Target + tone.Hertz);
            tone.Hertz *= tone.Sweep;
            tone.Level *= tone.Fall;
        }

        for (int i = 0; age == 0 && i < TouchFrames; i++) levels[i] *= Touch((i + 1f) / TouchFrames);
        SineTable.Read(phases, sines);
        AddScaled(sines, levels, 1);
        if (tone.Harmonic > 0)
        {
            for (int i = 0; i < phases.Length; i++) phases[i] *= 3;
            SineTable.Read(phases, sines);
            AddScaled(sines, levels, (float)tone.Harmonic);
        }

        if (tone.Phase > 1e15) tone.Phase -= 4294967296.0 * Math.Floor(tone.Phase / 4294967296.0);
        return tone.Level > Silence;
    }

    /// <summary>A beater touches a skin for a moment: without it a sine that begins fast begins with a corner.</summary>
    static float Touch(float t) => t * t * (3 - (2 * t));

    void AddScaled(Span<float> sines, ReadOnlySpan<float> levels, float gain)
    {
        Kernels.Multiply(sines, levels);
        Kernels.Add(mono, sines, gain);
    }

    bool Render(ref Hiss hiss, uint stream)
    {
        if (hiss.Level <= Silence) return false;
        Noise.Fill(noise, key + (stream * 0x632BE5AB), age);
        for (int i = 0; i < noise.Length; i++)
        {
            double frame = age + i, inBurst = frame, level = hiss.Level;
            if (hiss.Bursts > 1)
            {
                double burst = Math.Min(hiss.Bursts - 1, Math.Floor(frame / hiss.BurstFrames));
                inBurst = frame - (burst * hiss.BurstFrames);
                if (burst < hiss.Bursts - 1) level *= Math.Max(0, 1 - (0.8 * inBurst / hiss.BurstFrames));
                else hiss.Level *= hiss.Fall;
            }
            else
            {
                hiss.Level *= hiss.Fall;
            }

            noise[i] *= (float)(level * Math.Min(1, inBurst / hiss.AttackFrames));
        }

        hiss.Filter.Process(noise, hiss.Shape);
        Kernels.Add(mono, noise, 1);
        return hiss.Level > Silence;
    }
}
