using System.Text.Json;
using DgxMusic.Composer;
using DgxMusic.Composer.Midi;
using DgxMusic.Composer.Synthesis;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;

namespace DgxMusic.Pipeline.Engines;

/// <summary>The generator that needs no weights: it reads the prompt, composes and plays.</summary>
public sealed class ComposerEngine : IMusicGenerator
{
    const int SampleRateHz = 48_000;

    public EngineFacts Facts { get; } = new(EngineRegistry.Composer, "2", null, "float32", "cpu");

    public IMusicPerformance Prepare(GenerationRequest request, ulong seed)
    {
        Composition composition = ScoreWriter.Write(new(request.Prompt, request.Duration, seed, request.Bpm, request.Key));
        return new Performance(composition, new ScoreRenderer(composition.Score, SampleRateHz));
    }

    sealed class Performance(Composition composition, ScoreRenderer renderer) : IMusicPerformance
    {
        public int SampleRateHz => ComposerEngine.SampleRateHz;

        public int Channels => 2;

        public int SourceChannels => 2;

        public long Frames => renderer.Frames;

        public IReadOnlyList<string> Stems => renderer.Stems;

        public byte[]? Midi { get; } = MidiFile.Write(composition.Score);

        public JsonElement Understood { get; } = JsonSerializer.SerializeToElement(composition.Reading, GenerationManifest.Format);

        public MusicBlock? Render() => renderer.RenderNext(out RenderedBlock block) ? new(block.Mix, block.Stems) : null;

        public void Dispose()
        {
        }
    }
}
