using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Voices;

/// <summary>The surface of an old record: hiss, rumble and crackle; stereo.</summary>
sealed class VinylVoice(double rate) : Voice
{
    // Crackles a second and channel.
    const double Density = 9;

    readonly float[] levels = new float[Blocks.Tick], noise = new float[Blocks.Tick];
    readonly FilterCoefficients hiss = FilterCoefficients.Bandpass(3400, 0.35, rate), rumble = FilterCoefficients.Bandpass(52, 0.8, rate), click = FilterCoefficients.Bandpass(2600, 0.9, rate);
    readonly Filter[,] filters = new Filter[2, 3];
    Envelope amplitude;
    VoiceNote note;
    uint age;

    public override void Start(in VoiceNote note)
    {
        (this.note, age) = (note, 0);
        amplitude.Start(new(0.3, 1, 1, 0.5), note.Hold, rate);
        Array.Clear(filters);
    }

    public override bool Render(Span<float> left, Span<float> right, double brightness)
    {
        amplitude.Fill(levels);
        Kernels.Scale(levels, (float)note.Velocity);
        Surface(left, 0);
        Surface(right, 1);
        Kernels.Multiply(left, levels);
        Kernels.Multiply(right, levels);
        age += Blocks.Tick;
        return amplitude.Alive;
    }

    void Surface(Span<float> samples, int channel)
    {
        uint key = note.Key + ((uint)channel * 0x3C6EF372);
        Add(samples, ref filters[channel, 0], hiss, key, 0.06f);
        Add(samples, ref filters[channel, 1], rumble, key ^ 0x2545F491, 0.5f);
        double chance = Density / rate;
        for (int i = 0; i < noise.Length; i++)
        {
            uint at = age + (uint)i;
            double draw = Noise.Unit(key ^ 0x7F4A7C15, at);
            noise[i] = draw < chance ? (float)(6 * Math.Pow(Noise.Unit(key, at), 4) * (draw < chance / 2 ? 1 : -1)) : 0;
        }

        filters[channel, 2].Process(noise, click);
        Kernels.Add(samples, noise, 1);
    }

    void Add(Span<float> samples, ref Filter filter, in FilterCoefficients shape, uint key, float gain)
    {
        Noise.Fill(noise, key, age);
        filter.Process(noise, shape);
        Kernels.Add(samples, noise, gain);
    }
}
