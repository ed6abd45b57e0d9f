using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Synthesis.Drums;
using DgxMusic.Composer.Synthesis.Effects;
using DgxMusic.Composer.Synthesis.Patches;
using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis;

/// <summary>One part: voices → inserts → brightness → width → gain, pan and ducking. Everything in it belongs to it alone.</summary>
sealed class PartRenderer
{
    // A chorus holds less than three chunks of what it was given.
    const int RingOut = 3;
    const float Inaudible = 1e-8f;

    readonly VoicePool pool;
    readonly Inserts inserts;
    readonly Widener? widener;
    readonly BrightnessCurve brightness;
    readonly Placement placement;
    readonly float side, leftGain, rightGain;
    readonly float[] duckGains = new float[Blocks.Chunk];
    readonly bool stereo, filters;
    readonly double rate;
    Filter leftFilter, rightFilter;
    FilterCoefficients filter;
    int quiet = RingOut;

    public PartRenderer(Score score, int index, double rate, int frames)
    {
        Part part = score.Parts[index];
        Instrument instrument = PatchBank.Instrument(part.Patch);
        DrumKit? kit = PatchBank.Kit(part.Patch);
        (placement, stereo, this.rate) = (part.Placement, instrument.Stereo, rate);
        brightness = new(part.Brightness, score.SecondsPerBeat * rate);
        pool = new(instrument, Timeline.Of(score, index, instrument, kit, rate), instrument.FollowsBrightness ? brightness.At : _ => 0.5, rate);
        inserts = new(instrument, placement, rate);
        filters = part.Brightness.Count > 0 && !instrument.FollowsBrightness;
        double width = Math.Clamp(placement.Width, 0, 1), pan = (Math.Clamp(placement.Pan, -1, 1) + 1) * Math.PI / 4;
        widener = !stereo && width > 0 ? new(width, rate) : null;
        side = (float)(width <= 0.5 ? 2 * width : 1 + (0.8 * (width - 0.5)));
        double gain = Blocks.Decibels(placement.GainDb) * Math.Sqrt(2);
        (leftGain, rightGain) = ((float)(gain * Math.Cos(pan)), (float)(gain * Math.Sin(pan)));
        (Left, Right) = (new float[frames], new float[frames]);
    }

    /// <summary>What was rendered last; post fader, so that sends are these times a gain.</summary>
    public float[] Left { get; }

    public float[] Right { get; }

    public float Reverb => (float)Math.Clamp(placement.Reverb, 0, 1);

    public float Delay => (float)Math.Clamp(placement.Delay, 0, 1);

    /// <summary>Renders whole chunks from frame <paramref name="start"/> on; calls follow one another.</summary>
    /// <param name="pressed">The side chain, 0 to 1, a value a frame.</param>
    public void Render(long start, ReadOnlySpan<float> pressed)
    {
        for (int at = 0; at < pressed.Length; at += Blocks.Chunk)
        {
            Span<float> left = Left.AsSpan(at, Blocks.Chunk), right = Right.AsSpan(at, Blocks.Chunk);
            if (Rests(start + at, left, right)) continue;
            pool.Render(start + at, left, right);
            inserts.Process(left, right);
            if (filters) Darken(start + at, left, right);
            if (!stereo && !inserts.MakesStereo) Widen(left, right);
            Place(left, right, pressed.Slice(at, Blocks.Chunk));
            quiet = Math.Max(Kernels.Peak(left), Kernels.Peak(right)) < Inaudible ? quiet + 1 : 0;
        }
    }

    /// <summary>Silence that nothing rings into is not computed.</summary>
    bool Rests(long start, Span<float> left, Span<float> right)
    {
        if (!pool.Rests(start) || quiet < RingOut) return false;
        left.Clear();
        right.Clear();
        return true;
    }

    void Darken(long start, Span<float> left, Span<float> right)
    {
        for (int tick = 0; tick < left.Length; tick += Blocks.Tick)
        {
            FilterCoefficients was = filter;
            filter = FilterCoefficients.Lowpass(Math.Min(0.45 * rate, 250 * Math.Pow(2, 6.5 * brightness.At(start + tick))), 0.7, rate);
            if (was == default) was = filter;
            if (stereo || inserts.MakesStereo) Filter.Process(ref leftFilter, ref rightFilter, left.Slice(tick, Blocks.Tick), right.Slice(tick, Blocks.Tick), was, filter);
            else leftFilter.Process(left.Slice(tick, Blocks.Tick), was, filter);
        }
    }

    void Widen(Span<float> left, Span<float> right)
    {
        if (widener is null)
        {
            left.CopyTo(right);
            return;
        }

        for (int tick = 0; tick < left.Length; tick += Blocks.Tick) widener.Process(left.Slice(tick, Blocks.Tick), right.Slice(tick, Blocks.Tick));
    }

    void Place(Span<float> left, Span<float> right, ReadOnlySpan<float> pressed)
    {
        if (stereo)
        {
            for (int i = 0; i < left.Length; i++)
            {
                float middle = 0.5f * (left[i] + right[i]), apart = 0.5f * side * (left[i] - right[i]);
                (left[i], right[i]) = (middle + apart, middle - apart);
            }
        }

        Kernels.Scale(left, leftGain);
        Kernels.Scale(right, rightGain);
        if (placement.Duck <= 0) return;
        float depth = (float)Math.Min(1, placement.Duck);
        for (int i = 0; i < pressed.Length; i++) duckGains[i] = 1 - (depth * pressed[i]);
        Kernels.Multiply(left, duckGains);
        Kernels.Multiply(right, duckGains);
    }
}
