using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Synthesis;

/// <summary>A part's brightness over time; 0.5, the patch's own, where the score says nothing.</summary>
sealed class BrightnessCurve(IReadOnlyList<BrightnessPoint> points, double framesPerBeat)
{
    public double At(long frame)
    {
        if (points.Count == 0) return 0.5;
        double beat = frame / framesPerBeat;
        int low = 0, high = points.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (points[middle].Beat <= beat) low = middle + 1;
            else high = middle;
        }

        if (low == 0) return Bound(points[0].Value);
        if (low == points.Count) return Bound(points[^1].Value);
        (BrightnessPoint from, BrightnessPoint to) = (points[low - 1], points[low]);
        return Bound(from.Value + ((to.Value - from.Value) * (beat - from.Beat) / (to.Beat - from.Beat)));
    }

    static double Bound(double value) => Math.Clamp(value, 0, 1);
}
