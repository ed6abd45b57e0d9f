using DgxMusic.Contracts;
using DgxMusic.Dsp.Loudness;
using DgxMusic.Dsp.Resampling;

namespace DgxMusic.Dsp.Alignment;

/// <summary>Gives a stem the exact length, the rate and the channels of its project.</summary>
public static class StemAligner
{
    const int MostChannels = 8;

    const double FadeSeconds = 0.01;

    /// <exception cref="ArgumentException">Channels that cannot become the target's, or a strategy that nobody can ask for.</exception>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>: a sample is NaN or infinite.</exception>
    public static AlignedStem Align(AudioBuffer stem, AlignmentTarget target, AlignmentOptions? options = null)
    {
        options ??= new();
        Require(stem, target, options);
        AudioBuffer source = Resampler.Convert(stem, target.SampleRateHz);
        double difference = target.Seconds - stem.Seconds;
        var warnings = new List<string>();
        AlignmentStrategy strategy = StrategyChoice.Of(options, difference, target.Seconds / stem.Seconds);
        if (strategy == AlignmentStrategy.ZeroPad && difference >= StrategyChoice.ShortGapSeconds)
            warnings.Add($"Silence fills {difference:F2} s; that is long for silence.");
        if (options.Strategy == AlignmentStrategy.Stretch && strategy is not (AlignmentStrategy.Stretch or AlignmentStrategy.None))
            warnings.Add($"From {stem.Seconds:F2} s to {target.Seconds:F2} s is further than a stretch by 0.8 to 1.25 goes.");
        (strategy, AudioBuffer aligned) = Apply(strategy, source, target, options, warnings);
        var result = new AlignmentResult(true, strategy, options.Strategy, stem.Seconds, target.Seconds, difference, target.Frames, warnings);
        return new(WithChannels(aligned, target.Channels), result);
    }

    static (AlignmentStrategy Applied, AudioBuffer Audio) Apply(
        AlignmentStrategy strategy, AudioBuffer source, AlignmentTarget target, AlignmentOptions options, List<string> warnings)
    {
        int frames = target.Frames;
        switch (strategy)
        {
            case AlignmentStrategy.Stretch when IsStretchable(source.Frames, frames):
                return (strategy, TimeStretch.Apply(source, frames));
            case AlignmentStrategy.Loop when source.Frames > 0 && frames > source.Frames:
                return (strategy, options.LoopSeamless ? Repeated(source, frames, LoopOf(source, options, warnings)) : Tiled(source, frames));
            case AlignmentStrategy.Crossfade when frames > source.Frames && SeamlessRepeat.Tail(source, (long)frames - source.Frames) is { } tail:
                return (strategy, Repeated(source, frames, tail));
            case AlignmentStrategy.Truncate:
                AudioBuffer cut = Padded(source, frames);
                FadeOut(cut);
                return (strategy, cut);
            case AlignmentStrategy.None:
                return (strategy, Padded(source, frames));
            default:
                if (source.Frames == 0) warnings.Add("The stem is empty; all of it is silence.");
                return (AlignmentStrategy.ZeroPad, Padded(source, frames));
        }
    }

    // Durations before resampling may just allow what rounded frames do not.
    static bool IsStretchable(int from, int to) =>
        to >= Math.Floor(StrategyChoice.SlowestStretch * from) && to <= Math.Ceiling(StrategyChoice.FastestStretch * from);

    static SeamlessRepeat LoopOf(AudioBuffer source, AlignmentOptions options, List<string> warnings)
    {
        if (options.BeatSeconds is not { } beat) return SeamlessRepeat.Loop(source);
        if (SeamlessRepeat.Beats(source, beat * source.SampleRateHz) is { } whole) return whole;
        warnings.Add($"The stem is shorter than a beat of {beat:F3} s; it is looped off the grid.");
        return SeamlessRepeat.Loop(source);
    }

    /// <summary>The first frames, or all of them and silence.</summary>
    static AudioBuffer Padded(AudioBuffer source, int frames)
    {
        var output = new AudioBuffer(source.SampleRateHz, source.Channels, frames);
        for (int channel = 0; channel < source.Channels; channel++) source[channel][..Math.Min(frames, source.Frames)].CopyTo(output[channel]);
        return output;
    }

    static AudioBuffer Tiled(AudioBuffer source, int frames)
    {
        var output = new AudioBuffer(source.SampleRateHz, source.Channels, frames);
        for (int channel = 0; channel < source.Channels; channel++)
        {
            for (Span<float> rest = output[channel]; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, source.Frames)..])
            {
                source[channel][..Math.Min(rest.Length, source.Frames)].CopyTo(rest);
            }
        }

        return output;
    }

    /// <summary>Ends amid the music, hence with a fade.</summary>
    static AudioBuffer Repeated(AudioBuffer source, int frames, SeamlessRepeat repeat)
    {
        var output = new AudioBuffer(source.SampleRateHz, source.Channels, frames);
        for (int channel = 0; channel < source.Channels; channel++) repeat.Fill(source[channel], output[channel]);
        FadeOut(output);
        return output;
    }

    static void FadeOut(AudioBuffer audio)
    {
        int fade = Math.Min(audio.Frames, (int)Math.Round(FadeSeconds * audio.SampleRateHz));
        for (int channel = 0; channel < audio.Channels; channel++) Crossfade.FadeOut(audio[channel][^fade..]);
    }

    static AudioBuffer WithChannels(AudioBuffer audio, int channels) => audio.Channels == channels
        ? audio
        : new(audio.SampleRateHz, [.. Enumerable.Range(0, channels).Select(_ => audio[0].ToArray())]);

    static void Require(AudioBuffer stem, AlignmentTarget target, AlignmentOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(target.Frames);
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(target.Channels, MostChannels);
        if (stem.Channels != 1 && stem.Channels != target.Channels)
            throw new ArgumentException($"{stem.Channels} channels do not become {target.Channels}.", nameof(stem));
        if (options.Strategy is AlignmentStrategy.None or AlignmentStrategy.Truncate)
            throw new ArgumentException($"{options.Strategy} follows from the lengths; nobody asks for it.", nameof(options));
        if (options.BeatSeconds is { } beat && !(beat > 0.0 && double.IsFinite(beat)))
            throw new ArgumentException($"A beat of {beat} s is none.", nameof(options));
        Samples.RequireFinite(stem, stem.Channels, heard: 0);
    }
}
