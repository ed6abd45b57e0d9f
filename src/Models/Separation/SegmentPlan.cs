namespace DgxMusic.Models.Separation;

/// <summary>How a track is cut into windows for a model of one length, and how they are joined: every window starts a quarter of its length before the last one ends.</summary>
/// <param name="Frames">Of a window.</param>
/// <param name="Overlap">Part of a window that the next one hears too, 0 to below 1.</param>
public sealed record SegmentPlan(int Frames, double Overlap = 0.25)
{
    /// <summary>Frames from window to window.</summary>
    public int Stride => (int)((1.0 - Overlap) * Frames);

    /// <summary>Weight of each frame of a window: up to 1 in the middle and down again.</summary>
    public float[] Weights()
    {
        float[] weights = new float[Frames];
        int rising = Frames / 2, largest = Frames - rising;
        for (int n = 0; n < Frames; n++) weights[n] = (float)(n < rising ? n + 1 : Frames - n) / largest;
        return weights;
    }

    /// <summary>Windows that a track of so many frames takes.</summary>
    public long WindowsOf(long frames) => Parts(frames, Stride);

    /// <summary>Pieces of a length that a whole takes.</summary>
    public static long Parts(long frames, long stride) => (frames + stride - 1) / stride;

    /// <summary>Which windows the stems of a span take, and what these hear.</summary>
    /// <param name="lead">Frames of silence before the track.</param>
    internal WindowRange RangeOf(FrameSpan span, long frames, int lead)
    {
        long from = span.From + lead, to = Math.Min(span.To, frames) + lead;
        long first = from < Frames ? 0 : ((from - Frames) / Stride) + 1, last = Math.Max(first, (to - 1) / Stride);

        // A short last window hears half a window before it.
        long heard = Math.Max(0, (first * Stride) - (Frames / 2) - 1);
        return new(first, last - first + 1, heard, new(Math.Max(0, heard - lead), Math.Min(frames, (last * Stride) + Frames - lead)));
    }
}

/// <param name="First">Counted from the beginning of the led track.</param>
/// <param name="LedFrom">The first frame of the led track that is heard.</param>
/// <param name="Heard">Frames of the track.</param>
readonly record struct WindowRange(long First, long Count, long LedFrom, FrameSpan Heard);
