using System.Buffers.Binary;
using System.Text;

namespace DgxMusic.Models.Tests.Weights;

/// <summary>Writes pickles, opcode by opcode.</summary>
public sealed class PickleBuilder
{
    readonly MemoryStream program = new();

    public PickleBuilder(int protocol = 2) => Raw(0x80, (byte)protocol);

    public byte[] Stop() => Op('.').program.ToArray();

    public PickleBuilder Raw(params ReadOnlySpan<byte> bytes)
    {
        program.Write(bytes);
        return this;
    }

    public PickleBuilder Op(char code) => Raw((byte)code);

    public PickleBuilder Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text), length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        return Op('X').Raw(length).Raw(bytes);
    }

    public PickleBuilder Number(long number)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Raw(0x8a, 8).Raw(bytes);
    }

    public PickleBuilder Global(string module, string name) => Op('c').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleBuilder Numbers(params ReadOnlySpan<long> numbers)
    {
        Op('(');
        foreach (long number in numbers) Number(number);
        return Op('t');
    }

    /// <summary>A tensor as PyTorch rebuilds it from its storage.</summary>
    public PickleBuilder Tensor(long[] sizes, long[] strides, long offset = 0, long count = 6, string storage = "FloatStorage", string key = "0")
    {
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Op('(').Text("storage").Global("torch", storage).Text(key).Text("cpu").Number(count).Op('t').Op('Q');
        return Number(offset).Numbers(sizes).Numbers(strides).Raw(0x89).Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R');
    }

    /// <summary>A bare dictionary of one tensor named <c>w</c>.</summary>
    public static byte[] State(long[] sizes, long[] strides, long offset = 0, long count = 6, string storage = "FloatStorage", string key = "0") =>
        new PickleBuilder().Op('}').Op('(').Text("w").Tensor(sizes, strides, offset, count, storage, key).Op('u').Stop();

    /// <summary>A dictionary whose entry <c>w</c> is whatever is written in between.</summary>
    public static byte[] Holding(Func<PickleBuilder, PickleBuilder> value) => value(new PickleBuilder().Op('}').Op('(').Text("w")).Op('u').Stop();
}
