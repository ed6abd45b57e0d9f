using DgxMusic.Dsp.Tests.Sounds;

namespace DgxMusic.Dsp.Tests.Rhythm;

/// <summary>Loops to learn from and loops to be judged by: no seed is in two sets.</summary>
static class LoopSet
{
    const double SlowestBpm = 60, FastestBpm = 190;
    static readonly int[] rates = [44_100, 48_000, 22_050];

    /// <summary>What the weights of the counting were fitted to: so many loops of each style.</summary>
    internal static IEnumerable<Func<Loop>> Training(int perStyle) =>
        from style in Enumerable.Range(0, LoopStyle.All.Length)
        from number in Enumerable.Range(1, perStyle)
        select (Func<Loop>)(() => Draw(LoopStyle.All[style], 22_050, (ulong)((style * 1000) + number)));

    /// <summary>36 loops of familiar styles, to develop with.</summary>
    internal static IEnumerable<Func<Loop>> Development => Pick(LoopStyle.All, 36, 1_000_000);

    /// <summary>36 loops, a third of them of styles that nothing was fitted to. Looked at only to be counted.</summary>
    internal static IEnumerable<Func<Loop>> HeldOut => [.. Pick(LoopStyle.All, 24, 5_000_000), .. Pick(LoopStyle.Unfamiliar, 12, 6_000_000)];

    static IEnumerable<Func<Loop>> Pick(LoopStyle[] styles, int count, ulong seed) =>
        Enumerable.Range(0, count).Select(i => (Func<Loop>)(() => Draw(styles[i * styles.Length / count], rates[i % rates.Length], seed + (ulong)i)));

    static Loop Draw(LoopStyle style, int rateHz, ulong seed)
    {
        var dice = new Dice((seed * 7919) + 13);
        double bpm = dice.Between(style.SlowestBpm, style.FastestBpm);
        if (dice.Chance(0.4)) bpm = Math.Round(bpm);
        return Loop.Make(style, Math.Clamp(bpm, SlowestBpm, FastestBpm), dice.Chance(0.5), rateHz, dice.Between(8, 30), seed);
    }
}
