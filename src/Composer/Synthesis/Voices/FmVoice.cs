using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Voices;

/// <summary>One sine that bends the phase of another (Chowning 1973).</summary>
/// <param name="Index">Peak phase deviation in radians at velocity 1; held so low that no side band above −80 dB folds back.</param>
/// <param name="IndexSeconds">For 60 dB of the way from the index to <paramref name="IndexFloor"/> of it.</param>
/// <param name="DecaySeconds">Of the carrier, for 60 dB.</param>
/// <param name="Touch">How much of the index depends on velocity, 0 to 1.</param>
sealed record FmPair(double Gain, double Carrier, double Modulator, double Index, double IndexSeconds, double IndexFloor, double DecaySeconds, double Touch = 0.7);

sealed record FmPatch(IReadOnlyList<FmPair> Pairs, EnvelopeShape Amplitude)
{
    public double VelocityDb { get; init; } = 24;

    /// <summary>Shorter decay for higher notes: factor an octave above C4.</summary>
    public double DecayPerOctave { get; init; } = 0.7;

    public bool FollowsBrightness { get; init; } = true;
}

/// <summary>Plays an <see cref="FmPatch"/>.</summary>
sealed class FmVoice(FmPatch patch, double rate) : Voice
{
    struct State
    {
        public uint Carrier, Modulator, CarrierStep, ModulatorStep;
        public double Level, Fall, Index, Rest, IndexFall, Limit;
        public float Last;
    }

    readonly State[] states = new State[patch.Pairs.Count];
    readonly float[] levels = new float[Blocks.Tick];
    Envelope amplitude;
    float gain;

    public override void Start(in VoiceNote note)
    {
        double hertz = Blocks.Hertz(note.Pitch), shorter = Math.Pow(patch.DecayPerOctave, (note.Pitch - 60) / 12);
        for (int i = 0; i < states.Length; i++) states[i] = Begin(patch.Pairs[i], hertz, note.Velocity, shorter);
        amplitude.Start(patch.Amplitude, note.Hold, rate);
        gain = (float)Blocks.Decibels(patch.VelocityDb * (note.Velocity - 1));
    }

    public override bool Render(Span<float> left, Span<float> right, double brightness)
    {
        bool rings = false;
        for (int i = 0; i < states.Length; i++) rings |= Render(ref states[i], left, patch.FollowsBrightness ? Math.Pow(2, 4 * (brightness - 0.5)) : 1);
        amplitude.Fill(levels);
        Kernels.Scale(levels, gain);
        Kernels.Multiply(left, levels);
        return rings && amplitude.Alive;
    }

    State Begin(FmPair pair, double hertz, double velocity, double shorter)
    {
        double carrier = hertz * pair.Carrier, modulator = hertz * pair.Modulator, index = pair.Index * (1 - pair.Touch + (pair.Touch * velocity * velocity));
        // Side band n has the amplitude J_n(I), which is below 1e-4 from n = 1.4·I + 5 on; the highest must stay below half the rate.
        double limit = Math.Max(0, (((0.5 * rate) - carrier) / modulator - 5) / 1.4);
        return new()
        {
            CarrierStep = (uint)(carrier / rate * 4294967296.0),
            ModulatorStep = (uint)(modulator / rate * 4294967296.0),
            Level = carrier < 0.45 * rate ? pair.Gain : 0,
            Fall = Math.Pow(Blocks.DecayFactor(pair.DecaySeconds * shorter, rate), Blocks.Tick),
            Index = index * (1 - pair.IndexFloor),
            Rest = index * pair.IndexFloor,
            IndexFall = Math.Pow(Blocks.DecayFactor(pair.IndexSeconds, rate), Blocks.Tick),
            Limit = limit,
            Last = -1,
        };
    }

    static bool Render(ref State state, Span<float> samples, double brightness)
    {
        const double turn = 4294967296.0 / (2 * Math.PI);
        double level = state.Level, next = level * state.Fall;
        float to = (float)(Math.Min(state.Limit, (state.Index + state.Rest) * brightness) * turn), from = state.Last < 0 ? to : state.Last;
        float indexStep = (to - from) / samples.Length, levelStep = (float)((next - level) / samples.Length);
        (uint carrier, uint modulator) = (state.Carrier, state.Modulator);
        Span<uint> phases = stackalloc uint[Blocks.Tick];
        Span<float> sines = stackalloc float[Blocks.Tick];
        for (int i = 0; i < phases.Length; i++, modulator += state.ModulatorStep) phases[i] = modulator;
        SineTable.Read(phases, sines);
        for (int i = 0; i < phases.Length; i++, carrier += state.CarrierStep) phases[i] = carrier + (uint)(long)(sines[i] * (from + (i * indexStep)));
        SineTable.Read(phases, sines);
        for (int i = 0; i < sines.Length; i++) samples[i] += sines[i] * ((float)level + (i * levelStep));
        (state.Carrier, state.Modulator, state.Last, state.Level) = (carrier, modulator, to, next);
        state.Index *= state.IndexFall;
        return next > 1e-5;
    }
}
