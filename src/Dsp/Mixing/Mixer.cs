using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Dsp.Mixing;

/// <summary>Adds signals, each with its gain and place, into a stereo one. Sums in double and never clips: the report tells what exceeds ±1.</summary>
public static class Mixer
{
    // A block of both channels' sums stays in the first-level cache.
    const int BlockFrames = 1024;

    const int Reported = 10;

    // 120 dB: more is a mistake, and the largest floats times this still add up to numbers.
    const double LargestGain = 1e6;

    /// <param name="inputs">At least one; the order decides the last bit of the sum.</param>
    /// <param name="frames">The mix's length; 0 or more.</param>
    /// <exception cref="ArgumentException">No input, other channels than one or two, unequal rates, a gain or place out of range.</exception>
    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.InvalidSamples"/>: a sample is NaN or infinite.</exception>
    public static (AudioBuffer Mix, MixReport Report) Sum(IReadOnlyList<MixInput> inputs, int frames)
    {
        Require(inputs, frames);
        var mix = new AudioBuffer(inputs[0].Audio.SampleRateHz, 2, frames);
        Span<double> sums = stackalloc double[BlockFrames];
        for (int at = 0; at < frames; at += BlockFrames)
        {
            for (int side = 0; side < 2; side++)
            {
                Span<double> block = sums[..Math.Min(BlockFrames, frames - at)];
                block.Clear();
                foreach (MixInput input in inputs) Add(input, side, at, block);
                Accumulation.Store(block, mix[side].Slice(at, block.Length));
            }
        }

        return (mix, Report(mix));
    }

    static void Add(MixInput input, int side, int at, Span<double> block)
    {
        AudioBuffer audio = input.Audio;
        int count = Math.Min(block.Length, audio.Frames - at);
        if (count <= 0) return;
        Pan pan = audio.Channels == 1 ? Pan.OfMono(input.Position) : Pan.OfStereo(input.Position);
        double gain = input.Gain * (side == 0 ? pan.Left : pan.Right);
        Accumulation.Add(audio[Math.Min(side, audio.Channels - 1)].Slice(at, count), gain, block[..count]);
    }

    static MixReport Report(AudioBuffer mix)
    {
        double peak = Math.Max(PeakScanner.LargestSample(mix[0]), PeakScanner.LargestSample(mix[1]));
        double truePeak = TruePeak(mix, peak);
        if (peak <= 1.0) return new(peak, truePeak, 0, []);
        long beyond = 0;
        var first = new List<int>();
        for (int i = 0; i < mix.Frames; i++)
        {
            int here = (Math.Abs(mix[0][i]) > 1f ? 1 : 0) + (Math.Abs(mix[1][i]) > 1f ? 1 : 0);
            if (here > 0 && first.Count < Reported) first.Add(i);
            beyond += here;
        }

        return new(peak, truePeak, beyond, first);
    }

    static double TruePeak(AudioBuffer mix, double peak)
    {
        var meter = new TruePeakMeter(2);
        meter.Process(mix);
        meter.Complete();
        return double.IsFinite(meter.Peak) ? Math.Max(meter.Peak, peak) : peak;   // beside the largest floats no float lies between
    }

    static void Require(IReadOnlyList<MixInput> inputs, int frames)
    {
        if (inputs.Count == 0) throw new ArgumentException("A mix of nothing has no rate.", nameof(inputs));
        ArgumentOutOfRangeException.ThrowIfNegative(frames);
        foreach (MixInput input in inputs)
        {
            if (input.Audio.Channels > 2) throw new ArgumentException($"{input.Audio.Channels} channels have no place in stereo.", nameof(inputs));
            if (!(Math.Abs(input.Gain) <= LargestGain)) throw new ArgumentException($"A gain of {input.Gain} is none.", nameof(inputs));
            if (input.Position is not (>= -1.0 and <= 1.0))
                throw new ArgumentException($"A place lies between -1 and 1, not at {input.Position}.", nameof(inputs));
            Samples.Require(input.Audio, inputs[0].Audio.SampleRateHz, input.Audio.Channels, heard: 0);
        }
    }
}
