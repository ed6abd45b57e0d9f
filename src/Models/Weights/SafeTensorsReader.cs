using System.Buffers.Binary;

namespace DgxMusic.Models.Weights;

/// <summary>
/// Reads a <c>.safetensors</c> file: 8 bytes of header length, the header as JSON, then the tensors one after the other without gaps.
/// Source: the format description at https://github.com/huggingface/safetensors.
/// </summary>
static class SafeTensorsReader
{
    const int LengthBytes = 8, MostTensors = 100_000;
    const long MostHeaderBytes = 100_000_000;

    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.WeightsUnreadable"/>: the header is no header, or it states what the file does not hold.</exception>
    public static Dictionary<string, WeightTensor> Read(MappedFile file)
    {
        if (file.Length < LengthBytes) throw WeightFault.Unreadable(file.Path, $"it ends after {file.Length} bytes");
        ulong header = BinaryPrimitives.ReadUInt64LittleEndian(file.Slice(0, LengthBytes));
        if (header > MostHeaderBytes)
        {
            bool isHeader = file.Length > LengthBytes && file.Slice(LengthBytes, 1)[0] == '{';
            throw WeightFault.Unreadable(file.Path, isHeader ? $"its header would have {header} bytes; the most is {MostHeaderBytes}" : "it is neither a PyTorch archive nor safetensors");
        }

        if (header > (ulong)(file.Length - LengthBytes)) throw WeightFault.Unreadable(file.Path, $"its header of {header} bytes is cut off");
        long start = LengthBytes + (long)header;
        List<HeaderEntry> entries = SafeTensorsHeader.Parse(file.Path, file.Slice(LengthBytes, (int)header), MostTensors);
        CheckLayout(file, entries, file.Length - start);
        var tensors = new Dictionary<string, WeightTensor>(entries.Count);
        foreach (HeaderEntry entry in entries)
            tensors.Add(entry.Name, new WeightTensor(entry.Name, entry.Type, entry.Shape, file, start + entry.Begin));
        return tensors;
    }

    static void CheckLayout(MappedFile file, List<HeaderEntry> entries, long dataBytes)
    {
        long end = 0;
        foreach (HeaderEntry entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            long stated = (long)Shapes.Count(entry.Shape) * entry.Type.Bytes();
            if (entry.End - entry.Begin != stated)
                throw WeightFault.Unreadable(file.Path, $"tensor '{entry.Name}' of shape {WeightFault.Text(entry.Shape)} needs {stated} bytes and has {entry.End - entry.Begin}");
            if (entry.Begin < end) throw WeightFault.Unreadable(file.Path, $"tensor '{entry.Name}' overlaps another");
            if (entry.Begin > end) throw WeightFault.Unreadable(file.Path, $"{entry.Begin - end} bytes before tensor '{entry.Name}' belong to no tensor");
            end = entry.End;
        }

        if (end > dataBytes) throw WeightFault.Unreadable(file.Path, $"its tensors need {end} bytes and {dataBytes} are there");
        if (end < dataBytes) throw WeightFault.Unreadable(file.Path, $"its last {dataBytes - end} bytes belong to no tensor");
    }
}

/// <param name="Begin">First byte after the header's end; ≥ 0.</param>
/// <param name="End">Byte behind the last; ≥ <paramref name="Begin"/>.</param>
readonly record struct HeaderEntry(string Name, ElementType Type, int[] Shape, long Begin, long End);
