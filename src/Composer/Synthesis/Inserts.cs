using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Synthesis.Effects;
using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis;

/// <summary>What a part's sound passes before it is placed: saturation, body, tremolo, chorus.</summary>
sealed class Inserts
{
    readonly Instrument instrument;
    readonly Drive?[] drives, colours;
    readonly Chorus? chorus;
    readonly FilterCoefficients[] body, tight;
    readonly Filter[,] bodies, tights;
    readonly float level, input;
    readonly bool stereo;
    readonly double rate;
    double tremolo;

    public Inserts(Instrument instrument, Placement placement, double rate)
    {
        (this.instrument, this.rate, stereo) = (instrument, rate, instrument.Stereo);
        body = [.. instrument.Body.Select(filter => filter(rate))];
        tight = instrument.Amplified ? [FilterCoefficients.Highpass(110, 0.7, rate), FilterCoefficients.Bell(900, 0.6, 6, rate)] : [];
        (bodies, tights) = (new Filter[body.Length, 2], new Filter[2, 2]);
        drives = Pair(instrument.Amplified ? () => new Drive(26, 0.12, 1) : instrument.Drive > 0 ? () => Saturation(instrument.Drive) : null);
        colours = Pair(placement.Drive > 0 ? () => Saturation(Math.Min(1, placement.Drive)) : null);
        double depth = 1 - ((1 - instrument.Chorus) * (1 - Math.Clamp(placement.Chorus, 0, 1)));
        chorus = depth > 0 ? new(depth, rate) : null;
        (level, input) = ((float)Blocks.Decibels(instrument.LevelDb), (float)instrument.DriveInput);
        MakesStereo = !stereo && (chorus is not null || (instrument.TremoloDepth > 0 && instrument.TremoloPans));
    }

    /// <summary>The sound came in mono and goes out in stereo.</summary>
    public bool MakesStereo { get; }

    /// <summary>One chunk, in place.</summary>
    public void Process(Span<float> left, Span<float> right)
    {
        Colour(left, right);
        if (MakesStereo) left.CopyTo(right);
        if (instrument.TremoloDepth > 0) Tremble(left, right);
        if (chorus is null) return;
        for (int tick = 0; tick < left.Length; tick += Blocks.Tick) chorus.Process(left.Slice(tick, Blocks.Tick), right.Slice(tick, Blocks.Tick));
    }

    void Colour(Span<float> left, Span<float> right)
    {
        for (int i = 0; i < tight.Length; i++) Shape(ref tights[i, 0], ref tights[i, 1], left, right, tight[i]);
        Overdrive(drives[0], left);
        if (stereo) Overdrive(drives[1], right);
        for (int i = 0; i < body.Length; i++) Shape(ref bodies[i, 0], ref bodies[i, 1], left, right, body[i]);
        Saturate(colours[0], left);
        if (stereo) Saturate(colours[1], right);
    }

    void Shape(ref Filter first, ref Filter second, Span<float> left, Span<float> right, in FilterCoefficients filter)
    {
        if (stereo) Filter.Process(ref first, ref second, left, right, filter, filter);
        else first.Process(left, filter);
    }

    void Overdrive(Drive? drive, Span<float> samples)
    {
        if (drive is null) return;
        Kernels.Scale(samples, input);
        drive.Process(samples);
    }

    void Saturate(Drive? colour, Span<float> samples)
    {
        Kernels.Scale(samples, level);
        colour?.Process(samples);
    }

    void Tremble(Span<float> left, Span<float> right)
    {
        bool both = stereo || MakesStereo;
        double step = instrument.TremoloHz / rate;
        for (int i = 0; i < left.Length; i++)
        {
            float wave = (float)(0.5 * instrument.TremoloDepth) * SineTable.Cycles(tremolo);
            tremolo += step;
            left[i] *= 1 + wave;
            if (both) right[i] *= instrument.TremoloPans ? 1 - wave : 1 + wave;
        }

        tremolo -= Math.Floor(tremolo);
    }

    Drive?[] Pair(Func<Drive>? make) => make is null ? [null, null] : [make(), stereo ? make() : null];

    /// <summary>Loudness stays about the same while the gain into the curve rises to 20 dB.</summary>
    static Drive Saturation(double amount)
    {
        double gain = 1 + (9 * amount * amount) + (2 * amount);
        return new(gain, 0.1 * amount, 1 / Math.Pow(gain, 0.72));
    }
}
