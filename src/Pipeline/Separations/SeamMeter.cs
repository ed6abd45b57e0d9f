using DgxMusic.Dsp;
using DgxMusic.Dsp.Seams;
using DgxMusic.Pipeline.Activities;

namespace DgxMusic.Pipeline.Separations;

/// <summary>Listens to a track where its windows were joined, and to the mix at the same places: what stands out in both is the music's.</summary>
/// <param name="mix">The whole track, raw.</param>
sealed class SeamMeter(Stream mix, DecodedTrack track, int joinFrames)
{
    // What a score takes into account to either side, and a little more.
    const double ReachSeconds = 1.6;

    readonly int reach = (int)(ReachSeconds * track.SampleRateHz);
    readonly float[] room = new float[RawSamples.Channels * 2 * (int)(ReachSeconds * track.SampleRateHz)];
    readonly AudioBuffer around = new(track.SampleRateHz, RawSamples.Channels, 2 * (int)(ReachSeconds * track.SampleRateHz));

    public long Joins => (track.Frames - 1) / joinFrames;

    /// <param name="told">Told the number of joins heard.</param>
    public async Task<SeamReport> MeasureAsync(string name, StemReader reader, Func<long, Task> told)
    {
        (int audible, SeamScore? worst, double? worstSeconds) = (0, null, null);
        for (long join = 1; join <= Joins; join++)
        {
            long frame = join * joinFrames, from = Math.Max(0, frame - reach);
            AudioBuffer piece = around.Slice(0, (int)(Math.Min(track.Frames, frame + reach) - from));
            reader.Seek(from);
            reader.Read(piece);
            SeamScore score = SeamScore.Measure(piece, (int)(frame - from));
            if (score.Audible && !IsInMix(piece, from, frame)) audible++;
            if (worst is null || Weight(score) > Weight(worst.Value)) (worst, worstSeconds) = (score, (double)frame / track.SampleRateHz);
            await told(join);
        }

        return new(name, (int)Joins, audible, worst, worstSeconds);
    }

    bool IsInMix(AudioBuffer piece, long from, long frame)
    {
        mix.Position = from * RawSamples.FrameBytes;
        RawSamples.ReadInto(mix, piece, room);
        return SeamScore.Measure(piece, (int)(frame - from)).Audible;
    }

    /// <summary>How far the worst of its three is towards being heard.</summary>
    static double Weight(SeamScore score) =>
        Math.Max(score.LevelDipDb / SeamScore.AudibleDipDb, Math.Max(score.StepRatio, score.SlopeRatio) / SeamScore.AudibleRatio);
}
