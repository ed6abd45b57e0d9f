using System.Numerics;
using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Effects;

/// <param name="Seconds">Fall by 60 dB at low frequencies.</param>
/// <param name="Size">Scales the lines: 0.5 a room, 1 a hall.</param>
/// <param name="PreDelaySeconds">Before the first reflection.</param>
/// <param name="Damping">0 bright to 1 dark.</param>
readonly record struct ReverbShape(double Seconds, double Size, double PreDelaySeconds, double Damping);

/// <summary>
/// Feedback delay network of eight lines with a Hadamard matrix (Jot, Chaigne 1991), slowly moving taps, and four all-pass diffusers a side before it.
/// Every line is longer than a tick, so a tick passes element by element.
/// </summary>
sealed class Reverb
{
    const int Lines = 8;
    static readonly int[] LineFrames = [1487, 1733, 1951, 2203, 2473, 2789, 3083, 3449];   // primes, 31 to 72 ms at 48 kHz
    static readonly int[] LeftFrames = [181, 271, 443, 683], RightFrames = [199, 293, 401, 719];

    readonly DelayLine[] lines;
    readonly Diffuser[] left, right;
    readonly DelayLine leftWait, rightWait;
    readonly float[][] values = [.. Enumerable.Range(0, Lines).Select(_ => new float[Blocks.Tick])];
    readonly float[] damped = new float[Blocks.Tick + 1], diffuseLeft = new float[Blocks.Tick], diffuseRight = new float[Blocks.Tick];
    readonly double[] delays, moves = new double[Lines];
    readonly float[] gains;
    readonly float side;
    readonly double rate;
    readonly int wait;
    Filter lowLeft, lowRight;
    readonly FilterCoefficients low;
    long ticks;
    int quiet = int.MaxValue;

    public Reverb(ReverbShape shape, double rate)
    {
        this.rate = rate;
        double scale = shape.Size * rate / 48000.0;
        delays = [.. LineFrames.Select(frames => Math.Max(Blocks.Tick + 40, frames * scale))];
        gains = [.. delays.Select(frames => (float)(Math.Pow(10, -3 * frames / (rate * shape.Seconds)) / Math.Sqrt(Lines)))];
        lines = [.. delays.Select(frames => new DelayLine((int)frames + 64))];
        left = [.. LeftFrames.Select(frames => new Diffuser(Math.Max(Blocks.Tick, (int)(frames * rate / 48000)), 0.6f))];
        right = [.. RightFrames.Select(frames => new Diffuser(Math.Max(Blocks.Tick, (int)(frames * rate / 48000)), 0.6f))];
        wait = Blocks.Tick + (int)(shape.PreDelaySeconds * rate);
        (leftWait, rightWait) = (new(wait), new(wait));
        side = (float)(0.02 + (0.2 * Math.Clamp(shape.Damping, 0, 1)));
        low = FilterCoefficients.Highpass(160, 0.7, rate);
    }

    /// <summary>Replaces one tick of send by one tick of reverberation.</summary>
    public void Process(Span<float> sendLeft, Span<float> sendRight)
    {
        float loudest = Math.Max(Kernels.Peak(sendLeft), Kernels.Peak(sendRight));
        if (loudest > 1e-9f) quiet = 0;
        else if (quiet < int.MaxValue) quiet++;
        if (quiet == int.MaxValue) return;   // nothing sounds, nothing rings: the send is zero and stays so

        Delay(leftWait, sendLeft);
        Delay(rightWait, sendRight);
        for (int i = 0; i < left.Length; i++)
        {
            left[i].Process(sendLeft);
            right[i].Process(sendRight);
        }

        for (int line = 0; line < Lines; line++) Tap(line);
        Feed(sendLeft, sendRight);
        Filter.Process(ref lowLeft, ref lowRight, sendLeft, sendRight, low, low);
        ticks++;
        RestWhenSilent(sendLeft, sendRight);
    }

    void RestWhenSilent(Span<float> outLeft, Span<float> outRight)
    {
        if (quiet * Blocks.Tick < wait + (2 * delays[^1]) || Math.Max(Kernels.Peak(outLeft), Kernels.Peak(outRight)) > 1e-7f) return;
        foreach (DelayLine line in lines) line.Clear();
        foreach (Diffuser diffuser in left) diffuser.Clear();
        foreach (Diffuser diffuser in right) diffuser.Clear();
        lowLeft.Reset();
        lowRight.Reset();
        quiet = int.MaxValue;
    }

    void Delay(DelayLine line, Span<float> samples)
    {
        line.Write(samples);
        line.Read(wait, samples.Length).CopyTo(samples);
    }

    /// <summary>Reads one line through its damping, a symmetric three-tap filter, and its moving fraction.</summary>
    void Tap(int line)
    {
        double was = moves[line], now = 7 * SineTable.Cycles((ticks * Blocks.Tick * (0.23 + (0.071 * line)) / rate) + (line * 0.137));
        moves[line] = now;
        double delay = delays[line] + 8;
        int whole = (int)(delay + was) + 1;
        float from = (float)(whole - (delay + was)), to = (float)(whole - (delay + now));
        ReadOnlySpan<float> history = lines[line].Read(whole + 1, Blocks.Tick + 3);
        Damp(history, damped, side * gains[line], (1 - (2 * side)) * gains[line]);
        Lerp(damped, values[line], from, (to - from) / Blocks.Tick);
    }

    void Feed(Span<float> sendLeft, Span<float> sendRight)
    {
        Mix(sendLeft, 0);
        Mix(sendRight, 1);
        for (int half = Lines / 2; half > 0; half /= 2)
        {
            for (int a = 0; a < Lines; a++)
            {
                if ((a & half) == 0) Kernels.Butterfly(values[a], values[a + half]);
            }
        }

        for (int line = 0; line < Lines; line++)
        {
            Kernels.Add(values[line], line % 2 == 0 ? diffuseLeft : diffuseRight, 1);
            lines[line].Write(values[line]);
        }
    }

    /// <summary>Takes the diffused send aside and puts the sum of every other line in its place.</summary>
    void Mix(Span<float> send, int first)
    {
        send.CopyTo(first == 0 ? diffuseLeft : diffuseRight);
        send.Clear();
        for (int line = first; line < Lines; line += 2) Kernels.Add(send, values[line], line % 4 < 2 ? 1.2f : -1.2f);
    }

    static void Damp(ReadOnlySpan<float> history, Span<float> output, float outer, float middle)
    {
        int i = 0;
        for (; Vector.IsHardwareAccelerated && i <= output.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            ((new Vector<float>(history[i..]) * outer) + (new Vector<float>(history[(i + 1)..]) * middle) + (new Vector<float>(history[(i + 2)..]) * outer))
                .CopyTo(output[i..]);
        }

        for (; i < output.Length; i++) output[i] = (history[i] * outer) + (history[i + 1] * middle) + (history[i + 2] * outer);
    }

    static void Lerp(ReadOnlySpan<float> input, Span<float> output, float from, float step)
    {
        int i = 0;
        for (; Vector.IsHardwareAccelerated && i <= output.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> here = new(input[i..]), place = new Vector<float>(from) + (Vector.CreateSequence((float)i, 1f) * step);
            (here + ((new Vector<float>(input[(i + 1)..]) - here) * place)).CopyTo(output[i..]);
        }

        for (; i < output.Length; i++) output[i] = input[i] + ((input[i + 1] - input[i]) * (from + (i * step)));
    }
}
