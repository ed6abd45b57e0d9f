using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.Codec;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Benchmarks;

/// <summary>The codec of the published MusicGen models at its sizes, beside the same layers in PyTorch.</summary>
static class CodecSpeed
{
    const int Codebooks = 4;

    static CodecConfig Published => FullSizeMusicGen.Small.Codec;

    public static IEnumerable<Measurement> Run()
    {
        string path = Path.GetTempFileName();
        try
        {
            FullSizeWeights.Write(path, [.. FullSizeMusicGen.TensorsOf(FullSizeMusicGen.Small).Where(tensor => tensor.Name.StartsWith("audio_encoder.", StringComparison.Ordinal))]);
            yield return Measurement.Of("load the codec, 232 MB", "s", () => Measurement.SecondsOf(() =>
            {
                using var engine = new ManagedEngine(2);
                Load(engine, path);
            }));
            foreach (int threads in (int[])[2, 1])
            {
                foreach (Measurement measurement in Of(path, threads)) yield return measurement;
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    static IEnumerable<Measurement> Of(string path, int threads)
    {
        const int seconds = 10, pieceFrames = 100;
        using var engine = new ManagedEngine(threads);
        EnCodec codec = Load(engine, path);
        int frames = seconds * Published.SampleRateHz / Published.Hop;
        float[] music = FullSizeWeights.Noise(frames * Published.Hop / 2);
        Codes codes = codec.Encode(music);
        yield return Duel.Of($"play {seconds} s from codes, {threads} thread(s)", seconds, 3, Opponent.OfTorchModel("encodec.py", "decode", threads), () => codec.Decode(codes));
        yield return Duel.Of($"write {seconds} s as codes, {threads} thread(s)", seconds, 2, Opponent.OfTorchModel("encodec.py", "encode", threads), () => codec.Encode(music));
        yield return Measurement.OfRealTime($"play {seconds} s from codes in pieces of {pieceFrames} frames, {threads} thread(s)", seconds, () =>
        {
            CodecMemory? memory = null;
            for (int from = 0; from < frames; from += pieceFrames) memory = codec.Decode(codes, from, Math.Min(frames, from + pieceFrames), memory).Memory;
        });
    }

    static EnCodec Load(ManagedEngine engine, string path)
    {
        using WeightFile file = WeightFile.Open(path);
        return new(new Parameters(engine, file)["audio_encoder"], Published, Codebooks);
    }
}
