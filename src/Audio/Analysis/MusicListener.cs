using DgxMusic.Dsp;

namespace DgxMusic.Audio.Analysis;

/// <summary>Hears with our own analyser.</summary>
sealed class MusicListener(int sampleRateHz, AnalysisOptions options) : IMusicListener
{
    readonly MusicAnalyzer analyzer = new(sampleRateHz, options.Bpm, options.Key);

    public void Process(AudioBuffer block) => analyzer.Process(block);

    public MusicFacts Complete()
    {
        MusicEstimate heard = analyzer.Finish();
        return new(heard.Tempo?.Bpm, heard.Tempo?.Confidence, heard.Tempo?.Alternatives ?? [], heard.Tempo?.BeatsSeconds ?? [], heard.Tempo?.DownbeatsSeconds ?? [], heard.Key?.Name, heard.Key?.Confidence);
    }
}
