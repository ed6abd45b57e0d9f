using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Voices;

/// <summary>The oscillators of one voice.</summary>
sealed class OscillatorBank
{
    struct Oscillator
    {
        public Layer Layer;
        public double Ratio;
        public float Left, Right;
        public uint Phase;
        public int Level;
        public double Width;
    }

    readonly Oscillator[] oscillators;
    readonly float[] wave = new float[Blocks.Tick], other = new float[Blocks.Tick];
    readonly bool stereo;
    readonly double rate;
    double seconds;

    public OscillatorBank(IReadOnlyList<Layer> layers, bool stereo, double rate)
    {
        (this.stereo, this.rate) = (stereo, rate);
        oscillators = [.. layers.SelectMany(layer => Enumerable.Range(0, layer.Unison).Select(i => Place(layer, i)))];
    }

    /// <param name="inPhase">All at phase 0, else each anywhere.</param>
    public void Start(uint key, bool inPhase)
    {
        seconds = 0;
        for (int i = 0; i < oscillators.Length; i++)
        {
            oscillators[i].Phase = inPhase ? 0 : Noise.Hash(key, (uint)i + 101);
            oscillators[i].Level = -1;
            oscillators[i].Width = oscillators[i].Layer.PulseWidth;
        }
    }

    /// <summary>Adds one tick; the frequency moves linearly.</summary>
    public void Render(Span<float> left, Span<float> right, double fromHertz, double toHertz)
    {
        seconds += Blocks.Tick / rate;
        for (int i = 0; i < oscillators.Length; i++)
        {
            Render(ref oscillators[i], fromHertz / rate, toHertz / rate);
            Kernels.Add(left, wave, oscillators[i].Left);
            if (stereo) Kernels.Add(right, wave, oscillators[i].Right);
        }
    }

    Oscillator Place(Layer layer, int index)
    {
        double place = layer.Unison == 1 ? 0 : (2.0 * index / (layer.Unison - 1)) - 1;
        // Neighbours in pitch stand on opposite sides, so that neither ear hears the bank sharp.
        double side = place * layer.Spread * (Math.Min(index, layer.Unison - 1 - index) % 2 == 0 ? 1 : -1);
        double gain = layer.Gain / Math.Sqrt(layer.Unison), angle = (side + 1) * Math.PI / 4;
        return new Oscillator
        {
            Layer = layer,
            Ratio = Math.Pow(2, (layer.Semitones + (place * layer.DetuneCents / 100)) / 12),
            Left = (float)(stereo ? gain * Math.Sqrt(2) * Math.Cos(angle) : gain),
            Right = (float)(stereo ? gain * Math.Sqrt(2) * Math.Sin(angle) : gain),
        };
    }

    void Render(ref Oscillator oscillator, double from, double to)
    {
        (from, to) = (from * oscillator.Ratio, to * oscillator.Ratio);
        int level = oscillator.Layer.Wave.LevelFor(Math.Max(from, to) * 1.002);
        uint phase = oscillator.Phase;
        oscillator.Phase = Read(wave, oscillator, phase, level, from, to);
        if (oscillator.Layer.PulseWidth > 0) Subtract(ref oscillator, phase, level, from, to);
        oscillator.Level = level;
    }

    /// <summary>A pulse is a saw less the same saw a duty cycle later.</summary>
    void Subtract(ref Oscillator oscillator, uint phase, int level, double from, double to)
    {
        Layer layer = oscillator.Layer;
        double was = oscillator.Width, now = layer.PulseWidth + (layer.PulseSwing * SineTable.Cycles(seconds * layer.PulseHz));
        double slip = (now - was) / Blocks.Tick;
        Read(other, oscillator, phase + (uint)(was * 4294967296.0), level, from + slip, to + slip);
        Kernels.Add(wave, other, -1);
        oscillator.Width = now;
    }

    uint Read(Span<float> target, in Oscillator oscillator, uint phase, int level, double from, double to)
    {
        uint increment = (uint)(long)(from * 4294967296.0), slope = (uint)(int)((to - from) * (4294967296.0 / Blocks.Tick));
        uint next = oscillator.Layer.Wave.Read(target, level, phase, increment, slope);
        if (oscillator.Level < 0 || oscillator.Level == level) return next;

        // The bandwidth changes within a note: cross over, so that the harmonics that come or go do not click.
        Span<float> old = stackalloc float[Blocks.Tick];
        oscillator.Layer.Wave.Read(old, oscillator.Level, phase, increment, slope);
        for (int i = 0; i < target.Length; i++) target[i] += (old[i] - target[i]) * (1 - ((i + 1f) / Blocks.Tick));
        return next;
    }
}
