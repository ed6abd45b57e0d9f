namespace DgxMusic.Dsp.Mixing;

/// <summary>A signal of a mix.</summary>
/// <param name="Audio">Mono or stereo; of the mix's rate. What lies beyond its end is silence.</param>
/// <param name="Gain">Linear; within ±1,000,000.</param>
/// <param name="Position">−1, left, to 1, right.</param>
public sealed record MixInput(AudioBuffer Audio, double Gain = 1.0, double Position = 0.0);

/// <summary>What a mix came to, before anyone scales it.</summary>
/// <param name="Peak">Largest magnitude; linear.</param>
/// <param name="TruePeak">Largest magnitude between samples too, ITU-R BS.1770-5 Annex 2; linear. That of the samples where floats cannot hold what lies between.</param>
/// <param name="SamplesBeyondOne">Samples, of both channels, whose magnitude exceeds 1.</param>
/// <param name="FirstBeyondOne">Frames of the first ten such samples, rising; empty for none.</param>
public sealed record MixReport(double Peak, double TruePeak, long SamplesBeyondOne, IReadOnlyList<int> FirstBeyondOne);
