using System.Buffers.Binary;
using System.Text;

namespace DgxMusic.Models.Weights;

/// <summary>
/// Reads a pickle of protocol 2 as plain values: null, bool, long, double, string, List, object?[] for tuples, and the types of PickleValues.cs.
/// Opcodes and names that published weight files do not use are refused; nothing is imported and nothing is run.
/// Source: the opcodes' description in Python's pickletools module.
/// </summary>
sealed class PickleReader
{
    const int MostSteps = 1_000_000, MostMemo = 1_000_000;
    readonly string path;
    readonly byte[] program;
    readonly List<object?> stack = [];
    readonly List<int> marks = [];
    readonly Dictionary<uint, object?> memo = [];
    int at;

    PickleReader(string path, byte[] program) => (this.path, this.program) = (path, program);

    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.WeightsUnreadable"/>: no pickle of that kind; <see cref="Contracts.Problem.WeightsRefused"/>: it wants something run.</exception>
    public static object? Read(string path, byte[] program) => new PickleReader(path, program).Run();

    object? Run()
    {
        for (int steps = 0; steps < MostSteps; steps++)
        {
            char code = (char)Take(1)[0];
            if (code == '.') return stack.Count == 1 && marks.Count == 0 ? stack[0] : throw Broken("it does not end with one value");
            if (!(PushPlain(code) || Collect(code) || Remember(code) || Name(code)))
                throw WeightFault.Refused(path, $"its pickle has the opcode 0x{(int)code:x2}, which weights do not need");
        }

        throw Broken($"its pickle takes more than {MostSteps} steps");
    }

    bool PushPlain(char code)
    {
        switch (code)
        {
            case '\x80' when Take(1)[0] == 2: return true;
            case '\x80': throw Broken("its pickle is not of protocol 2");
            case 'N': return Push(null);
            case '\x88': return Push(true);
            case '\x89': return Push(false);
            case 'J': return Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
            case 'K': return Push((long)Take(1)[0]);
            case 'M': return Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)));
            case '\x8a': return Push(LongNumber(Take(Take(1)[0])));
            case 'G': return Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
            case 'X': return Push(Encoding.UTF8.GetString(Take(Length())));
            default: return false;
        }
    }

    bool Collect(char code)
    {
        switch (code)
        {
            case '(': marks.Add(stack.Count); return true;
            case ')': return Push(Array.Empty<object?>());
            case ']': return Push(new List<object?>());
            case '}': return Push(new PickleDict());
            case 't': return Push(PopToMark());
            case '\x85' or '\x86' or '\x87': return Push(PopMany(code - '\x84'));
            case 'a': return Append(PopMany(1));
            case 'e': return Append(PopToMark());
            case 's': return SetItems(PopMany(2));
            case 'u': return SetItems(PopToMark());
            default: return false;
        }
    }

    bool Remember(char code)
    {
        switch (code)
        {
            case 'q': return Memorise(Take(1)[0]);
            case 'r': return Memorise(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)));
            case 'h': return Push(Recall(Take(1)[0]));
            case 'j': return Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))));
            default: return false;
        }
    }

    bool Name(char code)
    {
        switch (code)
        {
            case 'c': return Push(KnownName(new PickleName(Line(), Line())));
            case 'R': return Push(Call(PopMany(2)));
            case 'b': return Build(PopMany(1)[0]);
            case 'Q': return Push(Storage(PopMany(1)[0]));
            default: return false;
        }
    }

    PickleName KnownName(PickleName name) => PickleCalls.Knows(name) ? name : throw WeightFault.Refused(path, $"it asks for '{name}', which weights do not need");

    object Call(object?[] pair)
    {
        if (pair is not [PickleName name, object?[] arguments]) throw WeightFault.Refused(path, "it calls something that is not a name with arguments");
        return PickleCalls.Evaluate(name, arguments) ?? throw WeightFault.Refused(path, $"it calls '{name}' in a way that weights do not need");
    }

    /// <summary>Attributes on a dict say which version of PyTorch's modules wrote it, and on a NumPy type its byte order: neither is needed.</summary>
    bool Build(object? state) => (Top(), state) switch
    {
        (PickleDict, PickleDict) => true,
        (PickleNumpyType, object?[] and [long, "<", ..]) => true,
        _ => throw WeightFault.Refused(path, "it sets the state of an object, which weights do not need"),
    };

    PickleStorage Storage(object? id) => id is object?[] and ["storage", PickleName { Module: "torch" } kind, string key, string, long count] && ElementTypes.FromTorchStorage(kind.Name) is { } type
        ? new PickleStorage(type, key, count)
        : throw Broken("it refers to a storage in an unknown way");

    bool Append(object?[] values)
    {
        if (Top() is not List<object?> list) throw Broken("it appends to what is no list");
        list.AddRange(values);
        return true;
    }

    bool SetItems(object?[] pairs)
    {
        if (Top() is not PickleDict dict || pairs.Length % 2 != 0) throw Broken("it sets entries of what is no dictionary");
        for (int i = 0; i < pairs.Length; i += 2)
        {
            if (pairs[i] is not string && pairs[i] is not (long and >= int.MinValue and <= int.MaxValue)) throw Broken("it has a dictionary whose keys are neither text nor small whole numbers");
            if (!dict.TryAdd(pairs[i]!, pairs[i + 1])) throw Broken($"it has the key '{pairs[i]}' twice in one dictionary");
        }

        return true;
    }

    bool Memorise(uint index)
    {
        if (memo.Count >= MostMemo) throw Broken($"its pickle remembers more than {MostMemo} values");
        memo[index] = Top();
        return true;
    }

    object? Recall(uint index) => memo.TryGetValue(index, out object? value) ? value : throw Broken("its pickle recalls a value that it has not set");

    bool Push(object? value)
    {
        stack.Add(value);
        return true;
    }

    object? Top() => stack.Count > Floor ? stack[^1] : throw Broken("its pickle takes a value that is not there");

    object?[] PopToMark()
    {
        if (marks.Count == 0) throw Broken("its pickle takes a value that is not there");
        object?[] values = PopMany(stack.Count - Floor);
        marks.RemoveAt(marks.Count - 1);
        return values;
    }

    object?[] PopMany(int count)
    {
        if (stack.Count - Floor < count) throw Broken("its pickle takes a value that is not there");
        object?[] values = [.. stack[^count..]];
        stack.RemoveRange(stack.Count - count, count);
        return values;
    }

    int Floor => marks.Count == 0 ? 0 : marks[^1];

    long LongNumber(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 8) throw Broken("its pickle has a whole number of more than 64 bits");
        Span<byte> full = stackalloc byte[8];
        full.Fill(bytes.Length > 0 && bytes[^1] >= 0x80 ? (byte)0xff : (byte)0);
        bytes.CopyTo(full);
        return BinaryPrimitives.ReadInt64LittleEndian(full);
    }

    int Length() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4)) is var length && length <= int.MaxValue ? (int)length : throw Broken("its pickle is cut off");

    string Line()
    {
        int end = program.AsSpan(at).IndexOf((byte)'\n');
        if (end is < 0 or > 1024) throw Broken("its pickle has a name without an end");
        string line = Encoding.UTF8.GetString(Take(end));
        at++;
        return line;
    }

    ReadOnlySpan<byte> Take(int count)
    {
        if (count > program.Length - at) throw Broken("its pickle is cut off");
        at += count;
        return program.AsSpan(at - count, count);
    }

    Exception Broken(string reason) => WeightFault.Unreadable(path, reason);
}
