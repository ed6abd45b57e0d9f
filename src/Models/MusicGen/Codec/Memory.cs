using DgxMusic.Models.Weights;
using DgxMusic.Tensors;

namespace DgxMusic.Models.MusicGen.Codec;

/// <summary>What the decoder remembers of all frames before one: enough to go on from there.</summary>
/// <param name="Frame">The first that it has not heard.</param>
/// <param name="Values">Of each layer in turn what it last said and its cells; 4096 numbers in the published codec.</param>
sealed record CodecMemory(int Frame, float[] Values);

/// <summary>Long short-term memories one upon another, from the first frame to the last, and the input added to what they say.</summary>
sealed class Memory
{
    readonly IEngine engine;
    readonly int width;
    readonly LstmWeights[] lstm;

    public Memory(Parameters parameters, int width, int layers)
    {
        (engine, this.width) = (parameters.Engine, width);
        lstm = [.. Enumerable.Range(0, layers).Select(n => Layer(parameters["lstm"], n, width))];
    }

    /// <summary>Before it has heard anything.</summary>
    public CodecMemory Start => new(0, new float[2 * width * lstm.Length]);

    /// <param name="x">(1, T, C): the frames from the first that <paramref name="before"/> has not heard.</param>
    /// <returns>(1, T, C) and what the next frames go on from.</returns>
    public (Tensor Y, CodecMemory After) Forward(Tensor x, CodecMemory before)
    {
        using ITensorScope scope = engine.Scope();
        float[] after = new float[2 * width * lstm.Length];
        Tensor y = x;
        for (int n = 0; n < lstm.Length; n++)
        {
            (y, LstmState state) = engine.Lstm(y, lstm[n], new(Half(before, 2 * n), Half(before, (2 * n) + 1)));
            engine.Download(state.Hidden, after.AsSpan(2 * n * width, width));
            engine.Download(state.Cell, after.AsSpan(((2 * n) + 1) * width, width));
        }

        return (scope.Keep(y + x), new(before.Frame + x.Size(1), after));
    }

    Tensor Half(CodecMemory memory, int n) => engine.Upload(memory.Values.AsSpan(n * width, width), 1, width);

    static LstmWeights Layer(Parameters lstm, int n, int width)
    {
        float[] bias = lstm.Read($"bias_ih_l{n}", 4 * width), second = lstm.Read($"bias_hh_l{n}", 4 * width);
        for (int i = 0; i < bias.Length; i++) bias[i] += second[i];
        return lstm.Engine.Prepare(new LstmLayout(width, width), lstm.Read($"weight_ih_l{n}", 4 * width, width), lstm.Read($"weight_hh_l{n}", 4 * width, width), bias);
    }
}
