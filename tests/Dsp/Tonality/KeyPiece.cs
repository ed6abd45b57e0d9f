using DgxMusic.Dsp.Tests.Sounds;

namespace DgxMusic.Dsp.Tests.Tonality;

/// <summary>Music whose key is known because it was made here: chords, a bass, often a melody and drums, up to 30 cents out of tune.</summary>
/// <param name="Key">Such as <c>C# minor</c>.</param>
sealed record KeyPiece(string Key, string Name, AudioBuffer Audio)
{
    static readonly string[] tonics = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

    /// <param name="key">0 to 11: major on C to B; 12 to 23: minor.</param>
    /// <param name="seed">Decides everything else.</param>
    internal static KeyPiece Make(int key, int rateHz, ulong seed)
    {
        var dice = new Dice((seed * 104_729) + 7);
        double seconds = dice.Between(12, 30), cents = dice.Between(-30, 30);
        string name = $"{tonics[key % 12]} {(key < 12 ? "major" : "minor")}";
        var player = new KeyPlayer(key % 12, key >= 12, cents / 100, rateHz, dice);
        float[] track = new float[(int)(seconds * rateHz)];
        string how = player.Play(track);
        if (dice.Chance(0.4)) Room.Reverberate(track, rateHz, dice.Between(0.2, 0.7), dice.Between(0.4, 1.6));
        Room.Level(track);
        Room.Hiss(track, dice.Between(0, 0.01), dice);
        return new(name, $"{name} {cents:F0} cents, {how} #{seed}", new(rateHz, [track]));
    }

    /// <summary>Forty pieces in all 24 keys.</summary>
    internal static IEnumerable<Func<KeyPiece>> Development => Set(1_000, [22_050, 44_100, 48_000]);

    /// <summary>Forty more. Looked at only to be counted.</summary>
    internal static IEnumerable<Func<KeyPiece>> HeldOut => Set(500_000, [44_100, 22_050, 48_000]);

    internal static IEnumerable<Func<KeyPiece>> Set(ulong seed, int[] rates, int count = 40) =>
        Enumerable.Range(0, count).Select(i => (Func<KeyPiece>)(() => Make(i < 24 ? i : (i * 7) % 24, rates[i % rates.Length], seed + (ulong)i)));
}
