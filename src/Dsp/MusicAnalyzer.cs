using DgxMusic.Dsp.Resampling;
using DgxMusic.Dsp.Rhythm;
using DgxMusic.Dsp.Tonality;

namespace DgxMusic.Dsp;

/// <param name="Tempo">Null if it was not asked for.</param>
/// <param name="Key">Null if it was not asked for.</param>
public sealed record MusicEstimate(TempoEstimate? Tempo, KeyEstimate? Key);

/// <summary>Hears how fast music goes and what key it is in: any rate, any channels (their mean is heard), in blocks of any length.</summary>
public sealed class MusicAnalyzer
{
    readonly Resampler? resampler;
    readonly TempoAnalyzer? tempo;
    readonly KeyAnalyzer? key;
    readonly int sampleRateHz;
    AudioBuffer mono;

    public MusicAnalyzer(int sampleRateHz, bool tempo, bool key)
    {
        this.sampleRateHz = sampleRateHz;
        mono = new(sampleRateHz, 1, 0);
        resampler = sampleRateHz == TempoAnalyzer.SampleRateHz ? null : new(sampleRateHz, TempoAnalyzer.SampleRateHz, 1, ResamplerQuality.Analysis);
        this.tempo = tempo ? new() : null;
        this.key = key ? new() : null;
    }

    /// <param name="block">Finite samples.</param>
    public void Process(AudioBuffer block)
    {
        if (block.Frames == 0) return;
        if (mono.Frames < block.Frames) mono = new(sampleRateHz, 1, block.Frames);
        AudioBuffer mean = mono.Slice(0, block.Frames);
        Span<float> sum = mean[0];
        block[0].CopyTo(sum);
        for (int channel = 1; channel < block.Channels; channel++)
        {
            Span<float> samples = block[channel];
            for (int n = 0; n < sum.Length; n++) sum[n] += samples[n];
        }

        for (int n = 0; n < sum.Length; n++) sum[n] /= block.Channels;
        Hear(resampler?.Process(mean) ?? mean);
    }

    public MusicEstimate Finish()
    {
        if (resampler is not null) Hear(resampler.Flush());
        return new(tempo?.Finish(), key?.Finish());
    }

    void Hear(AudioBuffer block)
    {
        if (block.Frames == 0) return;
        tempo?.Process(block[0]);
        key?.Process(block[0]);
    }
}
