using System.Numerics.Tensors;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Models.Separation;
using DgxMusic.Tensors;

namespace DgxMusic.Models.HTDemucs;

/// <summary>One model, or several that each know some sources better: <c>htdemucs_ft</c> has one for each of its four.</summary>
public sealed class HTDemucsBag : IWindowedModel
{
    /// <summary>Keeps silence from being divided by nothing.</summary>
    const double Epsilon = 1e-8;

    const double LongestShiftSeconds = 0.5;

    readonly IEngine engine;
    readonly HTDemucs[] models;
    readonly float[][] weights;

    /// <param name="engine">Disposed with the bag.</param>
    /// <param name="weights">By model and source: how much of each stem a model gives; null: all models alike.</param>
    public HTDemucsBag(string name, IEngine engine, IReadOnlyList<HTDemucs> models, IReadOnlyList<IReadOnlyList<float>>? weights = null)
    {
        (Name, this.engine, this.models) = (name, engine, [.. models]);
        HTDemucsConfig first = models[0].Config;
        if (models.Any(model => !model.Config.Sources.SequenceEqual(first.Sources) || model.Config.SegmentFrames != first.SegmentFrames || model.Config.SampleRateHz != first.SampleRateHz))
            throw new PipelineException(Problem.WeightsMismatch, "The models of a bag have other sources or segments than its first.");
        this.weights = [.. models.Select((_, n) => weights is null ? [.. first.Sources.Select(_ => 1f)] : weights[n].ToArray())];
    }

    public string Name { get; }

    public IReadOnlyList<string> Sources => models[0].Config.Sources;

    public int? SampleRateHz => models[0].Config.SampleRateHz;

    public bool NeedsStatistics => true;

    /// <summary>Opens the files of a model, one after the other.</summary>
    /// <param name="engine">Disposed with the bag, and at once if a file does not fit.</param>
    /// <exception cref="PipelineException"><see cref="Problem.WeightsUnreadable"/>, <see cref="Problem.WeightsRefused"/>, <see cref="Problem.WeightsMismatch"/>.</exception>
    public static HTDemucsBag Load(string name, IEngine engine, IReadOnlyList<string> files, IReadOnlyList<IReadOnlyList<float>>? weights = null)
    {
        try
        {
            return new(name, engine, [.. files.Select(file => HTDemucs.Load(engine, file))], weights);
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    public int Networks => models.Length;

    public long RunsOf(FrameSpan span, TrackStatistics track, int sampleRateHz, SeparationSettings settings) =>
        Leads(settings.Shifts).Sum(lead => PlanOf(settings).RangeOf(span, track.Frames, lead).Count) * models.Length;

    public int StrideOf(int sampleRateHz, SeparationSettings settings) => PlanOf(settings).Stride;

    public FrameSpan HeardFor(FrameSpan span, TrackStatistics track, int sampleRateHz, SeparationSettings settings)
    {
        FrameSpan[] heard = [.. Leads(settings.Shifts).Select(lead => PlanOf(settings).RangeOf(span, track.Frames, lead).Heard)];
        return new(heard.Min(one => one.From), heard.Max(one => one.To));
    }

    public IStemStream Open(
        TrackStatistics track, int sampleRateHz, SeparationSettings settings, Action<AudioBuffer[]> finished, Action<double>? progress, CancellationToken cancellation, TrackPart? part = null)
    {
        SegmentPlan plan = PlanOf(settings);
        (FrameSpan span, IWindowStore? store) = part ?? TrackPart.Whole;
        int[] leads = [.. Leads(settings.Shifts)];
        float[] sum = new float[Sources.Count * models[0].Config.AudioChannels * plan.Frames], stems = new float[sum.Length];
        long runs = RunsOf(span, track, sampleRateHz, settings), done = 0, fedFrom = HeardFor(span, track, sampleRateHz, settings).From;
        Normalization scale = ScaleOf(track);
        IStemStream passes = leads.Length == 1 ? Pass(0, Finished) : new ShiftedSeparation(leads.Length, Pass, Finished);
        return new NormalizedStream(passes, scale);

        WindowedSeparation Pass(int n, Action<AudioBuffer[]> given) => new(
            plan, sampleRateHz, models[0].Config.AudioChannels, Sources.Count, Run, given, leads[n], span, fedFrom,
            store is null ? null : new(window => Find(n, window), (window, made) => store.Keep(n, window, made)));

        float[]? Find(int pass, long window)
        {
            float[]? found = store!.Find(pass, window);
            if (found is not null) progress?.Invoke((double)(done += models.Length) / runs);
            return found;
        }

        void Finished(AudioBuffer[] some) => finished(scale.Undo(some));

        float[] Run(float[] window)
        {
            RunAll(window, stems, sum, () => progress?.Invoke((double)++done / runs), cancellation);
            return sum;
        }
    }

    public void Separate(ReadOnlySpan<float> window, TrackStatistics heard, Span<float> stems, CancellationToken cancellation = default)
    {
        Normalization scale = ScaleOf(heard);
        float[] normal = new float[window.Length], sum = new float[stems.Length];
        scale.Do(window, normal);
        RunAll(normal, new float[stems.Length], sum, null, cancellation);
        scale.Undo(sum);
        sum.CopyTo(stems);
    }

    public SegmentPlan PlanOf(SeparationSettings settings) => new(models[0].Config.SegmentFrames, settings.Overlap);

    public void Dispose() => engine.Dispose();

    static Normalization ScaleOf(TrackStatistics track) => new((float)track.Mean, (float)(track.Deviation + Epsilon));

    /// <summary>Silence in front of each pass, up to half a second: a function of the pass's number alone.</summary>
    IEnumerable<int> Leads(int shifts)
    {
        if (shifts <= 0) yield return 0;
        uint longest = (uint)(LongestShiftSeconds * SampleRateHz!.Value);
        for (ulong shift = 1; shift <= (ulong)Math.Max(0, shifts); shift++)
        {
            ulong mixed = shift * 0x9E3779B97F4A7C15;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            yield return (int)((mixed ^ (mixed >> 31)) % (longest + 1));
        }
    }

    /// <summary>What all models make of a window, weighted and added up in <paramref name="sum"/>.</summary>
    /// <param name="stems">Room for what a model gives.</param>
    void RunAll(float[] window, float[] stems, float[] sum, Action? ran, CancellationToken cancellation)
    {
        Array.Clear(sum);
        for (int n = 0; n < models.Length; n++)
        {
            cancellation.ThrowIfCancellationRequested();
            AddWeighted(models[n], window, weights[n], stems, sum);
            ran?.Invoke();
        }

        if (models.Length > 1) Divide(sum);
    }

    /// <param name="stems">Room for what the model gives.</param>
    void AddWeighted(HTDemucs model, float[] window, float[] sourceWeights, float[] stems, float[] sum)
    {
        using ITensorScope scope = engine.Scope();
        engine.Download(model.Forward(engine.Upload(window, 1, model.Config.AudioChannels, model.Config.SegmentFrames)), stems);
        for (int source = 0; source < sourceWeights.Length; source++)
        {
            if (sourceWeights[source] == 0) continue;
            Span<float> target = sum.AsSpan(source * window.Length, window.Length);
            TensorPrimitives.MultiplyAdd(stems.AsSpan(source * window.Length, window.Length), sourceWeights[source], target, target);
        }
    }

    void Divide(float[] sum)
    {
        int length = sum.Length / Sources.Count;
        for (int source = 0; source < Sources.Count; source++)
        {
            Span<float> stem = sum.AsSpan(source * length, length);
            TensorPrimitives.Divide(stem, weights.Sum(model => model[source]), stem);
        }
    }

    /// <summary>The track as these models want it: without its mean, of deviation 1.</summary>
    sealed record Normalization(float Mean, float Deviation)
    {
        public AudioBuffer Do(AudioBuffer block)
        {
            var normal = new AudioBuffer(block.SampleRateHz, block.Channels, block.Frames);
            for (int channel = 0; channel < block.Channels; channel++) Do(block[channel], normal[channel]);
            return normal;
        }

        public void Do(ReadOnlySpan<float> samples, Span<float> normal)
        {
            TensorPrimitives.Subtract(samples, Mean, normal);
            TensorPrimitives.Divide(normal, Deviation, normal);
        }

        public AudioBuffer[] Undo(AudioBuffer[] stems)
        {
            foreach (AudioBuffer stem in stems)
            {
                for (int channel = 0; channel < stem.Channels; channel++) Undo(stem[channel]);
            }

            return stems;
        }

        public void Undo(Span<float> samples)
        {
            TensorPrimitives.Multiply(samples, Deviation, samples);
            TensorPrimitives.Add(samples, Mean, samples);
        }
    }

    sealed class NormalizedStream(IStemStream inner, Normalization scale) : IStemStream
    {
        public void Process(AudioBuffer block) => inner.Process(scale.Do(block));

        public void Complete() => inner.Complete();
    }
}
