using DgxMusic.Contracts;
using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Dsp.Restoration;

/// <summary>
/// Changes a track that arrives in blocks: de-bleed, denoise, gate, loudness. As many frames come out as went in, each in its place; blocks of any length
/// give the same bits. Memory does not grow with the track. One thread at a time may use it.
/// </summary>
public sealed class PostProcessor
{
    readonly int sampleRateHz, channels;
    readonly SpectralStage? deBleed, denoise;
    readonly GateStage? gate;
    readonly NormalizationStage? loudness;
    long taken;
    bool isComplete;

    internal PostProcessor(PostProcess settings, int sampleRateHz, int channels, NormalizationPlan? plan)
    {
        (this.sampleRateHz, this.channels) = (sampleRateHz, channels);
        int size = SpectralStage.SizeAt(sampleRateHz);
        if (settings.DeBleed is { } bleed) deBleed = new(sampleRateHz, channels, new DeBleedMasks(bleed, size, sampleRateHz), hasCompanion: true);
        if (settings.Denoise is { } noise)
        {
            var masks = new DenoiseMasks(noise, size, sampleRateHz, channels);
            denoise = new(sampleRateHz, channels, masks, listen: masks.Floor.Listen);
        }

        if (settings.Gate is { } quiet) gate = new(quiet, sampleRateHz, channels);
        loudness = plan?.Open();
    }

    /// <summary>The sum of the other stems has to come with every block.</summary>
    public bool NeedsOthers => deBleed is not null;

    /// <summary>What the loudness came to; known after <see cref="Flush"/>. Null without a plan.</summary>
    public LoudnessReport? Loudness => loudness?.Report;

    /// <summary>Takes the next frames and gives those that are finished; fewer, at first.</summary>
    /// <param name="block">Left as it is.</param>
    /// <param name="others">The same frames of the other stems' sum; only looked at where <see cref="NeedsOthers"/>.</param>
    /// <returns>Valid until the next call.</returns>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>: a sample is no number, or above 10¹². The block is not taken then.</exception>
    public AudioBuffer Process(AudioBuffer block, AudioBuffer? others = null)
    {
        Check(block, others);
        taken += block.Frames;
        AudioBuffer result = deBleed is null ? block : deBleed.Process(block, others);
        if (denoise is not null) result = denoise.Process(result);
        if (gate is not null) result = gate.Process(result);
        if (loudness is not null) result = loudness.Process(result);
        return result;
    }

    /// <summary>Ends the track and gives the frames that are left. Nothing can be processed after.</summary>
    /// <returns>Valid for good.</returns>
    public AudioBuffer Flush()
    {
        if (isComplete) throw new InvalidOperationException("The track has ended.");
        isComplete = true;
        AudioBuffer rest = deBleed?.Complete() ?? new(sampleRateHz, channels, 0);
        if (denoise is not null) rest = Joined(denoise.Process(rest), denoise.Complete);
        if (gate is not null) rest = Joined(gate.Process(rest), gate.Complete);
        if (loudness is not null) rest = Joined(loudness.Process(rest), loudness.Complete);
        return rest;
    }

    /// <summary>A copy of what a stage gave, and what it gives next.</summary>
    AudioBuffer Joined(AudioBuffer first, Func<AudioBuffer> next)
    {
        float[][] kept = [.. Enumerable.Range(0, channels).Select(channel => first[channel].ToArray())];
        AudioBuffer second = next();
        return new(sampleRateHz, [.. kept.Select((line, channel) => (float[])[.. line, .. second[channel]])]);
    }

    void Check(AudioBuffer block, AudioBuffer? others)
    {
        if (isComplete) throw new InvalidOperationException("The track has ended.");
        Samples.RequireTransformable(block, sampleRateHz, channels, taken);
        if (!NeedsOthers) return;
        if (others is null) throw new ArgumentException("De-bleeding needs the other stems.", nameof(others));
        Samples.RequireTransformable(others, sampleRateHz, channels, taken);
        if (others.Frames != block.Frames) throw new ArgumentException($"The others have {others.Frames} frames, the track {block.Frames}.", nameof(others));
    }
}
