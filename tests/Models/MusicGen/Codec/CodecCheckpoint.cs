using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.Tests.MusicGen.Codec;

/// <summary>Weight files of codecs that nobody published.</summary>
static class CodecCheckpoint
{
    const string Codec = "audio_encoder.";

    /// <summary>The recorded codec, each tensor as it is or changed; null leaves it out.</summary>
    public static string Changed(TemporaryFolder folder, Func<string, WeightTensor, (string Name, int[] Shape, float[] Values)?> change)
    {
        using WeightFile recorded = WeightFile.Open(GoldenFiles.Path("musicgen_small", "model.safetensors"));
        return Write(folder, recorded.Tensors.Where(tensor => tensor.Key.StartsWith(Codec, StringComparison.Ordinal)).Select(tensor => change(tensor.Key, tensor.Value)).OfType<(string, int[], float[])>());
    }

    public static float[] Values(WeightTensor tensor)
    {
        float[] values = new float[tensor.Count];
        tensor.Read(values);
        return values;
    }

    /// <summary>A codec of any sizes, filled by the formula of the recorded one.</summary>
    public static string Filled(TemporaryFolder folder, CodecConfig config, int codebooks) =>
        Write(folder, CodecTensors.Of(config, codebooks).Select(tensor => (tensor.Name, tensor.Shape, GoldenFormula.Fill(tensor.Name, tensor.Shape))));

    static string Write(TemporaryFolder folder, IEnumerable<(string Name, int[] Shape, float[] Values)> tensors)
    {
        var header = new StringBuilder("{");
        using var body = new MemoryStream();
        foreach ((string name, int[] shape, float[] values) in tensors)
        {
            long start = body.Length;
            body.Write(MemoryMarshal.AsBytes<float>(values));
            header.Append(CultureInfo.InvariantCulture, $"\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{start},{body.Length}]}},");
        }

        header[^1] = '}';
        byte[] json = Encoding.ASCII.GetBytes(header.ToString());
        return folder.Write($"{Guid.NewGuid():N}.safetensors", [.. BitConverter.GetBytes((long)json.Length), .. json, .. body.ToArray()]);
    }
}
