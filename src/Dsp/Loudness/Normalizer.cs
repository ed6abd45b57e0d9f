using DgxMusic.Contracts;

namespace DgxMusic.Dsp.Loudness;

/// <summary>
/// Brings a track to a loudness; the only routine that does. Two passes over a track that can be read twice, each in blocks, so that
/// memory does not grow with length: one measures, one changes and measures again. The limiter adds up to two that only listen.
/// </summary>
public static class Normalizer
{
    /// <summary>What the limiter and <see cref="LoudnessMode.TruePeak"/> keep, dBTP.</summary>
    public const double CeilingDbtp = -1.0;

    /// <summary>Sample peak of a track that does not fit under full scale at its target, linear.</summary>
    public const double FallbackPeak = 0.95;

    const int BlockFrames = 1 << 14;

    /// <summary>Decides from what was measured.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: the target is not within −70 to −5 LUFS.</exception>
    public static NormalizationPlan Plan(TrackLoudness input, ExportOptions options)
    {
        if (!options.Normalize) return Untouched(LoudnessMethod.Disabled, input, options) with { TargetLufs = null };
        if (!(options.TargetLufs is >= ExportOptions.LowestTargetLufs and <= ExportOptions.HighestTargetLufs))
        {
            throw new PipelineException(
                Problem.InvalidRequest,
                $"The target is {options.TargetLufs} LUFS; it must lie between {ExportOptions.LowestTargetLufs} and {ExportOptions.HighestTargetLufs}.");
        }

        if (input.Frames < LoudnessMeter.BlockFrames(input.SampleRateHz)) return Untouched(LoudnessMethod.SkippedShort, input, options);
        if (double.IsNegativeInfinity(input.IntegratedLufs)) return Untouched(LoudnessMethod.SkippedSilent, input, options);

        double gainDb = options.TargetLufs - input.IntegratedLufs;
        NormalizationPlan full = Untouched(LoudnessMethod.Lufs, input, options) with { Gain = (float)Decibels.ToLinear(gainDb), IsClamped = false };
        return options.Mode switch
        {
            LoudnessMode.TruePeak when input.TruePeakDbtp + gainDb > CeilingDbtp =>
                full with { Method = LoudnessMethod.TruePeak, Gain = (float)Decibels.ToLinear(CeilingDbtp - input.TruePeakDbtp) },
            LoudnessMode.Limiter when input.TruePeakDbtp + gainDb > CeilingDbtp => full with { Method = LoudnessMethod.Limiter, CeilingDbtp = CeilingDbtp },
            LoudnessMode.Peak when (float)input.SamplePeak * full.Gain > 1f =>
                full with { Method = LoudnessMethod.Peak, Gain = (float)(FallbackPeak / input.SamplePeak) },
            _ => full,
        };
    }

    /// <summary>Measures a track and decides, with whatever rehearsals that takes.</summary>
    /// <param name="track">Reads the track from its start each time it is enumerated; a block is valid until the next.</param>
    /// <exception cref="PipelineException"><see cref="Problem.EmptyAudio"/>, <see cref="Problem.InvalidSamples"/>, <see cref="Problem.TooManyChannels"/> or as above.</exception>
    public static NormalizationPlan Plan(IEnumerable<AudioBuffer> track, ExportOptions options)
    {
        TrackMeter? meter = null;
        foreach (AudioBuffer block in track)
        {
            meter ??= new(block.SampleRateHz, block.Channels);
            meter.Process(block);
        }

        TrackLoudness? input = meter?.Complete();
        if (input is null or { Frames: 0 }) throw new PipelineException(Problem.EmptyAudio, "The track has no samples.");
        NormalizationPlan plan = Plan(input, options);
        while (plan.NeedsRehearsal) plan = plan.After(Run(plan, track, _ => { }).Output);
        return plan;
    }

    /// <summary>Brings a track to its loudness and hands it out block by block.</summary>
    /// <inheritdoc cref="Plan(IEnumerable{AudioBuffer}, ExportOptions)"/>
    /// <param name="write">Takes finished frames in order; a block is valid during the call.</param>
    public static LoudnessReport Normalize(IEnumerable<AudioBuffer> track, ExportOptions options, Action<AudioBuffer> write) =>
        Run(Plan(track, options), track, write).Report;

    /// <summary>Brings a track in memory to its loudness.</summary>
    /// <param name="audio">Changed in place.</param>
    /// <inheritdoc cref="Plan(IEnumerable{AudioBuffer}, ExportOptions)"/>
    public static LoudnessReport Normalize(AudioBuffer audio, ExportOptions options)
    {
        int written = 0;

        // A stage copies what it reads and hands out no more than it has read: so writing over what was read is safe.
        return Normalize(BlocksOf(audio), options, block =>
        {
            for (int channel = 0; channel < audio.Channels; channel++) block[channel].CopyTo(audio[channel][written..]);
            written += block.Frames;
        });
    }

    static IEnumerable<AudioBuffer> BlocksOf(AudioBuffer audio)
    {
        for (int from = 0; from < audio.Frames; from += BlockFrames) yield return audio.Slice(from, Math.Min(BlockFrames, audio.Frames - from));
    }

    static NormalizationStage Run(NormalizationPlan plan, IEnumerable<AudioBuffer> track, Action<AudioBuffer> write)
    {
        NormalizationStage stage = plan.Open();
        foreach (AudioBuffer block in track) write(stage.Process(block));
        write(stage.Complete());
        return stage;
    }

    static NormalizationPlan Untouched(LoudnessMethod method, TrackLoudness input, ExportOptions options) =>
        new(method, options.TargetLufs, 1f, null, input, options.BitDepth != BitDepth.Float && input.SamplePeak > 1.0, []);
}
