using FsCheck;
using FsCheck.Fluent;

namespace DgxMusic.Dsp.Tests;

/// <summary>FsCheck with fixed seeds: the same cases on every run.</summary>
static class Property
{
    public static void Holds<T>(Gen<T> cases, Action<T> assert, int times = 100) =>
        Prop.ForAll(cases.ToArbitrary(), assert).Check(Config.QuickThrowOnFailure.WithMaxTest(times).WithReplay(20_261_121, 7));

    public static Gen<int> Between(int low, int high) => Gen.Choose(low, high);

    /// <summary>A buffer of white noise within ±1, told by its seed.</summary>
    public static AudioBuffer Noise(int seed, int channels, int frames, int sampleRateHz = 48_000)
    {
        var random = new Random(seed);
        return new(sampleRateHz, [.. Enumerable.Range(0, channels).Select(_ => Enumerable.Range(0, frames).Select(_ => (2f * random.NextSingle()) - 1f).ToArray())]);
    }

    public static AudioBuffer Copy(AudioBuffer audio) =>
        new(audio.SampleRateHz, [.. Enumerable.Range(0, audio.Channels).Select(channel => audio[channel].ToArray())]);
}
