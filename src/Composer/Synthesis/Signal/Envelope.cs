namespace DgxMusic.Composer.Synthesis.Signal;

/// <param name="Attack">Seconds to full level, along a smoothstep, so that neither end has a corner.</param>
/// <param name="Decay">Seconds for 60 dB of the way from full level to <paramref name="Sustain"/>.</param>
/// <param name="Sustain">Level held until the key is let go, 0 to 1.</param>
/// <param name="Release">Seconds for 60 dB down.</param>
readonly record struct EnvelopeShape(double Attack, double Decay, double Sustain, double Release);

/// <summary>Attack, decay, sustain, release; sample-accurate.</summary>
struct Envelope
{
    // Where the release is cut to exactly zero: 80 dB down.
    const double Floor = 1e-4;

    double level, sustain, decay, release, attackFrames;
    long age, hold;

    /// <param name="holdFrames">Frames from the start until the key is let go.</param>
    public void Start(in EnvelopeShape shape, long holdFrames, double rate)
    {
        (level, age, hold) = (0, 0, Math.Max(1, holdFrames));
        attackFrames = Math.Max(1, shape.Attack * rate);
        sustain = shape.Sustain;
        decay = Blocks.DecayFactor(shape.Decay, rate);
        release = Blocks.DecayFactor(shape.Release, rate);
    }

    /// <summary>False once the level has come to zero for good.</summary>
    public readonly bool Alive => age < hold ? age < attackFrames || sustain > 0 || level > Floor : level > 0;

    public readonly double Level => level;

    /// <summary>Writes the level of each frame.</summary>
    public void Fill(Span<float> levels)
    {
        int i = 0;
        while (i < levels.Length)
        {
            int left = levels.Length - i;
            if (age >= hold) i += Fall(levels[i..]);
            else if (age < attackFrames) i += Rise(levels.Slice(i, (int)Math.Min(left, Math.Min(hold, (long)Math.Ceiling(attackFrames)) - age)));
            else i += Settle(levels.Slice(i, (int)Math.Min(left, hold - age)));
        }
    }

    /// <summary>Moves on by as many frames and returns the level there.</summary>
    public double Skip(int frames)
    {
        while (frames > 0)
        {
            int step = age >= hold ? frames : (int)Math.Min(frames, age < attackFrames ? Math.Min(hold, (long)Math.Ceiling(attackFrames)) - age : hold - age);
            if (age >= hold) level = Math.Max(0, ((level + Floor) * Math.Pow(release, step)) - Floor);
            else if (age < attackFrames) level = Attack(Math.Min(1, (age + step) / attackFrames));
            else level = sustain + ((level - sustain) * Math.Pow(decay, step));
            age += step;
            frames -= step;
        }

        return level;
    }

    static double Attack(double t) => t * t * (3 - (2 * t));

    int Rise(Span<float> levels)
    {
        for (int i = 0; i < levels.Length; i++)
        {
            double t = Math.Min(1, ++age / attackFrames);
            levels[i] = (float)(level = Attack(t));
        }

        return levels.Length;
    }

    int Settle(Span<float> levels)
    {
        double above = level - sustain;
        for (int i = 0; i < levels.Length; i++) levels[i] = (float)(sustain + (above *= decay));
        level = sustain + above;
        age += levels.Length;
        return levels.Length;
    }

    int Fall(Span<float> levels)
    {
        // Aims a little below zero, so that it arrives.
        double distance = level + Floor;
        for (int i = 0; i < levels.Length; i++) levels[i] = (float)Math.Max(0, (distance *= release) - Floor);
        level = Math.Max(0, distance - Floor);
        age += levels.Length;
        return levels.Length;
    }
}
