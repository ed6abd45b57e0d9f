using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.LanguageModel;

namespace DgxMusic.Torch.Tests;

/// <summary>The small model from a prompt to samples, at once or in blocks as a job has them.</summary>
static class MusicGenRun
{
    /// <summary>Of codes that are written.</summary>
    public const int Frames = 60;

    /// <param name="cuts">Steps after which another writer goes on with what the one before left.</param>
    public static Codes Write(MusicGenModel model, params ReadOnlySpan<int> cuts)
    {
        var task = new CodeTask(model.Tokenize("two calm tones"), Frames, Seed: 7, new SamplingSettings(TopK: 8));
        byte[]? state = null;
        foreach (int cut in cuts)
        {
            using CodeWriter part = model.Write(task, state);
            while (part.StepsDone < cut) part.Step();
            state = part.State;
        }

        using CodeWriter last = model.Write(task, state);
        while (last.StepsDone < last.Steps) last.Step();
        return last.Finished;
    }

    /// <param name="cuts">Frames before which another reader goes on with what the one before remembered.</param>
    public static float[] Play(MusicGenModel model, Codes codes, params ReadOnlySpan<int> cuts)
    {
        List<float> samples = [];
        byte[] memory = [];
        int from = 0;
        foreach (int cut in (int[])[.. cuts, codes.Frames])
        {
            CodeReader reader = model.Read(codes, from, memory);
            while (reader.Frame < cut) samples.AddRange(reader.Decode(cut)[0]);
            (from, memory) = (cut, reader.Memory);
        }

        return [.. samples];
    }
}
