using DgxMusic.Contracts;
using DgxMusic.Models.MusicGen.LanguageModel;

namespace DgxMusic.Models.MusicGen;

/// <summary>Codes while they are written.</summary>
public sealed class CodeWriter : IDisposable
{
    readonly MusicGenModel model;
    readonly Condition condition;
    readonly CodeGeneration generation;
    bool rests;

    internal CodeWriter(MusicGenModel model, CodeTask task, Condition condition, CodeGeneration generation) =>
        (this.model, Task, this.condition, this.generation) = (model, task, condition, generation);

    public int Steps => generation.Steps;

    public int StepsDone => generation.StepsDone;

    /// <summary>All that whoever goes on has to know.</summary>
    public byte[] State => generation.State.ToBytes();

    /// <summary>The context, if any, and what was written, once it is complete.</summary>
    public Codes Finished => generation.Finished;

    internal CodeTask Task { get; }

    /// <exception cref="PipelineException"><see cref="Problem.InvalidOutput"/>: the weights lead to numbers that are none.</exception>
    public void Step(CancellationToken stopping = default) => generation.Step(stopping);

    /// <summary>Leaves the model with all that it remembers, so that the same work goes on at once when it comes back. Used no more after that.</summary>
    public void Rest()
    {
        rests = true;
        model.Rest(this);
    }

    public void Dispose()
    {
        if (!rests) End();
    }

    internal void Resume(byte[] state)
    {
        rests = false;
        generation.Resume(TokenState.From(state));
    }

    internal void End()
    {
        generation.Dispose();
        condition.Dispose();
    }
}
