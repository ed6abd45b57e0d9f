using System.Numerics;
using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Voices;

/// <summary>A sum of decaying sines, each a complex rotation. Sixteen successive samples turn at once, so the lanes never meet.</summary>
/// <param name="most">Greatest number of modes.</param>
sealed class ModalBank(int most, double rate)
{
    const int Step = 16;
    readonly float[] real = new float[most * Step], imaginary = new float[most * Step];
    readonly float[] turnReal = new float[most], turnImaginary = new float[most];
    readonly double[] level = new double[most], fall = new double[most];
    int count;

    public void Clear() => count = 0;

    /// <summary>Adds a mode that starts at zero phase. Modes that never fade below hearing first should come first: a tail of dead ones is dropped.</summary>
    /// <param name="seconds">For a fall by 60 dB.</param>
    /// <param name="phase">In periods.</param>
    public void Add(double hertz, double amplitude, double seconds, double phase = 0)
    {
        if (count == most || hertz >= 0.46 * rate || amplitude == 0) return;
        double radius = Blocks.DecayFactor(seconds, rate), angle = 2 * Math.PI * hertz / rate;
        Complex turn = Complex.FromPolarCoordinates(radius, angle), value = Complex.FromPolarCoordinates(amplitude, 2 * Math.PI * phase);
        for (int lane = 0; lane < Step; lane++, value *= turn)
        {
            real[(count * Step) + lane] = (float)value.Real;
            imaginary[(count * Step) + lane] = (float)value.Imaginary;
        }

        Complex far = Complex.FromPolarCoordinates(Math.Pow(radius, Step), angle * Step);
        (turnReal[count], turnImaginary[count]) = ((float)far.Real, (float)far.Imaginary);
        (level[count], fall[count]) = (Math.Abs(amplitude), Math.Pow(radius, Blocks.Tick));
        count++;
    }

    /// <summary>Adds one tick of all modes.</summary>
    /// <returns>False once every mode is below 1e-5.</returns>
    public bool Render(Span<float> samples)
    {
        for (int mode = 0; mode < count; mode++)
        {
            Span<float> re = real.AsSpan(mode * Step, Step), im = imaginary.AsSpan(mode * Step, Step);
            if (Vector.IsHardwareAccelerated && Vector<float>.Count <= Step) Turn(samples, re, im, turnReal[mode], turnImaginary[mode]);
            else TurnScalar(samples, re, im, turnReal[mode], turnImaginary[mode]);
            level[mode] *= fall[mode];
        }

        while (count > 0 && level[count - 1] < 1e-5) count--;
        return count > 0;
    }

    static void Turn(Span<float> samples, Span<float> re, Span<float> im, float turnRe, float turnIm)
    {
        for (int lane = 0; lane < Step; lane += Vector<float>.Count)
        {
            Vector<float> a = new(re[lane..]), b = new(im[lane..]);
            for (int i = lane; i < samples.Length; i += Step)
            {
                (new Vector<float>(samples[i..]) + b).CopyTo(samples[i..]);
                Vector<float> next = (a * turnRe) - (b * turnIm);
                b = (a * turnIm) + (b * turnRe);
                a = next;
            }

            a.CopyTo(re[lane..]);
            b.CopyTo(im[lane..]);
        }
    }

    /// <summary>The definition of <see cref="Turn"/>.</summary>
    static void TurnScalar(Span<float> samples, Span<float> re, Span<float> im, float turnRe, float turnIm)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            int lane = i % Step;
            samples[i] += im[lane];
            float next = (re[lane] * turnRe) - (im[lane] * turnIm);
            im[lane] = (re[lane] * turnIm) + (im[lane] * turnRe);
            re[lane] = next;
        }
    }
}
