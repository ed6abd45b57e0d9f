using DgxMusic.Contracts;

namespace DgxMusic.Models.MusicGen.LanguageModel;

/// <summary>
/// Writes codes, a step at a time; a step writes one code of each codebook, each of another frame. What it remembers is the codes so far: stopped after any step and
/// resumed from its <see cref="State"/>, it writes the same. What the model remembers besides is computed again, at the first step and where a window begins.
/// For one thread at a time.
/// </summary>
public sealed class CodeGeneration : IDisposable
{
    readonly LanguageModel model;
    readonly GenerationPlan plan;
    readonly CodeSampler sampler;
    readonly DelayPattern pattern;
    readonly GenerationWindow[] windows;
    readonly LanguageModelState past;
    readonly int[] codes;        // (codebooks, frames), pad where nothing is written
    readonly int[] remembered;   // (positions, codebooks), as far as the model has taken them in
    readonly float[] logits;     // (codebooks, codes)

    /// <param name="sampler">Its steps are counted from the beginning of the music, the prompt included, whatever the windows: no number of its chance is used twice.</param>
    /// <exception cref="ArgumentException">The plan is not one for this model.</exception>
    public CodeGeneration(LanguageModel model, Condition condition, GenerationPlan plan, CodeSampler sampler)
    {
        LanguageModelConfig config = model.Config;
        (this.model, this.plan, this.sampler, pattern) = (model, plan, sampler, new(config.Codebooks, config.AudioChannels));
        plan.Check(config, pattern);
        sampler.Settings.Check();
        windows = [.. plan.Windows];
        Steps = windows.Sum(window => window.StepsOf(pattern));
        int positions = windows.Max(window => pattern.PositionsOf(window.Frames)) - 1;   // the last one is written, never heard
        (codes, remembered, logits) = (new int[config.Codebooks * plan.TotalFrames], new int[positions * config.Codebooks], new float[config.Codebooks * config.Codes]);
        Restart();
        past = new(model, condition, (float)sampler.Settings.Guidance, positions);
    }

    /// <summary>Of all windows together.</summary>
    public int Steps { get; }

    public int StepsDone { get; private set; }

    /// <summary>Small: two bytes a code.</summary>
    public TokenState State => new(StepsDone, Written(WrittenFrames(codebook: 0)));

    /// <summary>The prompt, if any, and all new frames behind it.</summary>
    /// <exception cref="InvalidOperationException">Steps are left.</exception>
    public Codes Finished => StepsDone == Steps ? Written(plan.TotalFrames) : throw new InvalidOperationException($"{Steps - StepsDone} of {Steps} steps are left.");

    /// <summary>Goes on where a generation of the same plan stood. Where it was this one, the model has nothing to take in again.</summary>
    /// <exception cref="ArgumentException">The state is not one of this plan.</exception>
    public void Resume(TokenState state)
    {
        LanguageModelConfig config = model.Config;
        if (state.StepsDone < 0 || state.StepsDone > Steps) throw new ArgumentException($"After {state.StepsDone} of {Steps} steps nothing can be resumed.", nameof(state));
        Restart();
        StepsDone = state.StepsDone;
        bool fits = state.Codes.Codebooks == config.Codebooks && state.Codes.Frames == WrittenFrames(codebook: 0);
        for (int codebook = 0; fits && codebook < config.Codebooks; codebook++)
        {
            ReadOnlySpan<int> stored = state.Codes.Of(codebook);
            int written = WrittenFrames(codebook);
            for (int frame = 0; frame < stored.Length; frame++) fits &= frame < written ? (uint)stored[frame] < (uint)config.Codes : stored[frame] == config.PadToken;
            fits &= plan.Prompt is null || stored.StartsWith(plan.Prompt.Of(codebook));
            stored.CopyTo(codes.AsSpan(codebook * plan.TotalFrames));
        }

        if (fits) return;
        Restart();
        throw new ArgumentException($"The state after {state.StepsDone} steps, {state.Codes.Frames} frames of {state.Codes.Codebooks} codebooks, is not one of this plan.", nameof(state));
    }

    /// <returns>Whether there was a step left.</returns>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidOutput"/>.</exception>
    /// <exception cref="OperationCanceledException">Nothing is written then; the step can be repeated.</exception>
    public bool Step(CancellationToken stopping = default)
    {
        if (StepsDone == Steps) return false;
        stopping.ThrowIfCancellationRequested();
        (int number, int position) = Now();
        GenerationWindow window = windows[number];
        Remember(window, position - 1, stopping);
        past.Step(TokensAt(window, position - 1), logits);
        Write(window, position);
        StepsDone++;
        return true;
    }

    public void Dispose() => past.Dispose();

    void Restart()
    {
        StepsDone = 0;
        Array.Fill(codes, model.Config.PadToken);
        for (int codebook = 0; plan.Prompt is { } prompt && codebook < prompt.Codebooks; codebook++) prompt.Of(codebook).CopyTo(codes.AsSpan(codebook * plan.TotalFrames));
    }

    /// <summary>Number of the window, and the position in it, that the next step is about.</summary>
    (int Window, int Position) Now()
    {
        int left = StepsDone;
        for (int number = 0; ; number++)
        {
            int steps = windows[number].StepsOf(pattern);
            if (left < steps) return (number, windows[number].Known + 1 + left);
            left -= steps;
        }
    }

    /// <summary>Lets the model remember exactly the positions of a window before one: what it remembers of them already, it keeps.</summary>
    void Remember(GenerationWindow window, int positions, CancellationToken stopping)
    {
        int count = pattern.Codebooks, same = 0;
        Span<int> before = stackalloc int[count];
        for (; same < Math.Min(past.Positions, positions); same++)
        {
            remembered.AsSpan(same * count, count).CopyTo(before);
            if (!before.SequenceEqual(TokensAt(window, same))) break;
        }

        past.Truncate(same);
        for (int position = same; position < positions; position++) TokensAt(window, position);
        past.Prefill(remembered.AsSpan(same * count, (positions - same) * count), stopping);
    }

    /// <summary>What the model hears at a position of a window, as it is remembered from now on; the pad token where it has no code.</summary>
    ReadOnlySpan<int> TokensAt(GenerationWindow window, int position)
    {
        Span<int> tokens = remembered.AsSpan(position * pattern.Codebooks, pattern.Codebooks);
        for (int codebook = 0; codebook < tokens.Length; codebook++)
            tokens[codebook] = pattern.FrameAt(position, codebook, window.Frames) is { } frame ? CodeAt(codebook, window.Start + frame) : model.Config.PadToken;
        return tokens;
    }

    /// <summary>Chooses the codes of a position that are neither gaps nor written already: all of them, or none where one cannot be chosen.</summary>
    void Write(GenerationWindow window, int position)
    {
        Span<int> chosen = stackalloc int[pattern.Codebooks];
        for (int codebook = 0; codebook < chosen.Length; codebook++)
        {
            bool isNew = pattern.FrameAt(position, codebook, window.Frames) >= window.Known;
            chosen[codebook] = isNew ? sampler.Choose(logits.AsSpan(codebook * model.Config.Codes, model.Config.Codes), window.Start + position - 1, codebook) : -1;
        }

        for (int codebook = 0; codebook < chosen.Length; codebook++)
        {
            if (chosen[codebook] >= 0) CodeAt(codebook, window.Start + position - 1 - pattern.DelayOf(codebook)) = chosen[codebook];
        }
    }

    /// <summary>How many frames of a codebook are written.</summary>
    int WrittenFrames(int codebook)
    {
        if (StepsDone == Steps) return plan.TotalFrames;
        (int number, int position) = Now();
        GenerationWindow window = windows[number];
        return window.Start + Math.Clamp(position - 1 - pattern.DelayOf(codebook), window.Known, window.Frames);
    }

    ref int CodeAt(int codebook, int frame) => ref codes[(codebook * plan.TotalFrames) + frame];

    Codes Written(int frames) => new Codes(model.Config.Codebooks, plan.TotalFrames, codes).Slice(0, frames);
}
