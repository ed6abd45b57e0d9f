using DgxMusic.Composer.Synthesis.Effects;
using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis;

/// <summary>One stem: its parts, their reverberation and echoes, and a bus that holds peaks.</summary>
sealed class StemRenderer
{
    readonly PartRenderer[] parts;
    readonly Reverb? reverb;
    readonly PingPongDelay? delay;
    readonly Compressor compressor;
    readonly SoftClip leftClip, rightClip;
    readonly float[] sendLeft = new float[Blocks.Tick], sendRight = new float[Blocks.Tick];
    readonly FilterCoefficients rumble;
    readonly float gain;
    Filter leftRumble, rightRumble;

    public StemRenderer(PartRenderer[] parts, BusShape bus, RoomShape room, double secondsPerBeat, double rate, int frames)
    {
        this.parts = parts;
        reverb = parts.Any(part => part.Reverb > 0) ? new(room.Reverb, rate) : null;
        delay = parts.Any(part => part.Delay > 0) ? new(room.EchoBeats * secondsPerBeat, room.EchoFeedback, rate) : null;
        compressor = new(bus.ThresholdDb, bus.Ratio, bus.AttackSeconds, bus.ReleaseSeconds, rate);
        (leftClip, rightClip) = (new((float)bus.Knee, (float)bus.Ceiling), new((float)bus.Knee, (float)bus.Ceiling));
        rumble = FilterCoefficients.Highpass(22, 0.7071, rate);
        gain = (float)Blocks.Decibels(BusShape.MasterDb);
        (Left, Right) = (new float[frames], new float[frames]);
    }

    public float[] Left { get; }

    public float[] Right { get; }

    /// <summary>Mixes what the parts rendered last.</summary>
    /// <param name="frames">Whole chunks.</param>
    public void Render(int frames)
    {
        for (int at = 0; at < frames; at += Blocks.Tick) Mix(at);
        for (int at = 0; at < frames; at += Blocks.Chunk)
        {
            leftClip.Process(Left.AsSpan(at, Blocks.Chunk));
            rightClip.Process(Right.AsSpan(at, Blocks.Chunk));
        }

        Filter.Process(ref leftRumble, ref rightRumble, Left.AsSpan(0, frames), Right.AsSpan(0, frames), rumble, rumble);
        Kernels.Scale(Left.AsSpan(0, frames), gain);
        Kernels.Scale(Right.AsSpan(0, frames), gain);
    }

    void Mix(int at)
    {
        Span<float> left = Left.AsSpan(at, Blocks.Tick), right = Right.AsSpan(at, Blocks.Tick);
        left.Clear();
        right.Clear();
        foreach (PartRenderer part in parts)
        {
            Kernels.Add(left, part.Left.AsSpan(at, Blocks.Tick), 1);
            Kernels.Add(right, part.Right.AsSpan(at, Blocks.Tick), 1);
        }

        compressor.Process(left, right);
        if (delay is not null)
        {
            Send(at, part => part.Delay);
            delay.Process(sendLeft, sendRight);
            Kernels.Add(left, sendLeft, 1);
            Kernels.Add(right, sendRight, 1);
        }

        if (reverb is null) return;
        Send(at, part => part.Reverb);
        reverb.Process(sendLeft, sendRight);
        Kernels.Add(left, sendLeft, 1);
        Kernels.Add(right, sendRight, 1);
    }

    void Send(int at, Func<PartRenderer, float> amount)
    {
        sendLeft.AsSpan().Clear();
        sendRight.AsSpan().Clear();
        foreach (PartRenderer part in parts)
        {
            Kernels.Add(sendLeft, part.Left.AsSpan(at, Blocks.Tick), amount(part));
            Kernels.Add(sendRight, part.Right.AsSpan(at, Blocks.Tick), amount(part));
        }
    }
}
