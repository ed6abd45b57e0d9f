using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Effects;

/// <summary>Echoes that change sides. What goes round loses highs and lows.</summary>
sealed class PingPongDelay
{
    readonly DelayLine left, right;
    readonly float[] input = new float[Blocks.Tick], leftEcho = new float[Blocks.Tick], rightEcho = new float[Blocks.Tick];
    readonly FilterCoefficients dark, thin;
    readonly int frames;
    readonly float feedback;
    Filter leftDark, leftThin, rightDark, rightThin;

    /// <param name="seconds">Between echoes; held within a tick and 2 s.</param>
    public PingPongDelay(double seconds, double feedback, double rate)
    {
        frames = Math.Clamp((int)Math.Round(seconds * rate), Blocks.Tick, (int)(2 * rate));
        (left, right) = (new(frames), new(frames));
        this.feedback = (float)feedback;
        dark = FilterCoefficients.Lowpass(4800, 0.7, rate);
        thin = FilterCoefficients.Highpass(260, 0.7, rate);
    }

    /// <summary>Replaces one tick of send by one tick of echoes.</summary>
    public void Process(Span<float> sendLeft, Span<float> sendRight)
    {
        for (int i = 0; i < input.Length; i++) input[i] = 0.5f * (sendLeft[i] + sendRight[i]);
        left.Read(frames, Blocks.Tick).CopyTo(leftEcho);
        right.Read(frames, Blocks.Tick).CopyTo(rightEcho);
        leftEcho.CopyTo(sendLeft);
        rightEcho.CopyTo(sendRight);
        Filter(ref leftDark, ref leftThin, leftEcho);
        Filter(ref rightDark, ref rightThin, rightEcho);
        Kernels.Add(input, rightEcho, feedback);
        left.Write(input);
        right.Write(leftEcho);
    }

    void Filter(ref Filter low, ref Filter high, Span<float> echo)
    {
        low.Process(echo, dark);
        high.Process(echo, thin);

        // An echo nobody can hear any more ends, instead of becoming denormal.
        for (int i = 0; i < echo.Length; i++) echo[i] = Math.Abs(echo[i]) < 1e-9f ? 0 : echo[i];
    }
}
