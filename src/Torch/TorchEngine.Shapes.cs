using DgxMusic.Tensors;
using TorchSharp;
using Native = TorchSharp.torch.Tensor;

namespace DgxMusic.Torch;

public sealed partial class TorchEngine
{
    public Tensor Pad(Tensor x, int before, int after, PadMode mode = PadMode.Zeros)
    {
        TorchTensor from = Mine(x);
        int length = x.Size(-1);
        Require(before >= 0 && after >= 0, $"Padding by {before} and {after} would shorten.");
        Require(mode == PadMode.Zeros || Math.Max(before, after) < length, $"Reflection by {before} and {after} needs more than {length} values.");
        return New(() => mode == PadMode.Zeros ? torch.nn.functional.pad(from.Native, (before, after)) : Reflected(from.Native, before, after));
    }

    public Tensor Concat(int axis, params ReadOnlySpan<Tensor> parts)
    {
        Require(parts.Length > 0, "There is nothing to join.");
        Tensor first = parts[0];
        int along = AxisOf(first, axis);
        var natives = new Native[parts.Length];
        for (int n = 0; n < natives.Length; n++)
        {
            Tensor part = parts[n];
            Require(part.Rank == first.Rank, $"{part} and {first} have different axes.");
            for (int other = 0; other < first.Rank; other++) Require(other == along || part.Size(other) == first.Size(other), $"{part} and {first} differ beside axis {along}.");
            natives[n] = Mine(part).Native;
        }

        return New(() => torch.cat(Array.ConvertAll(natives, Exact), along));
    }

    public Tensor Slice(Tensor x, int axis, int start, int length)
    {
        TorchTensor from = Mine(x);
        int along = AxisOf(x, axis);
        Require(start >= 0 && length >= 0 && start <= x.Size(along) - length, $"Axis {along} of {x} has no values from {start} to {start + length}.");
        return View(from, native => native.narrow(along, start, length));
    }

    public Tensor Permute(Tensor x, params ReadOnlySpan<int> axes)
    {
        TorchTensor from = Mine(x);
        long[] order = Sizes(axes);
        Require(axes.Length == x.Rank && order.Order().SequenceEqual(Enumerable.Range(0, x.Rank).Select(axis => (long)axis)), $"({string.Join(", ", order)}) is no order of the axes of {x}.");
        return View(from, native => native.permute(order));
    }

    static Native Reflected(Native x, int before, int after)
    {
        long length = x.shape[^1];
        return torch.cat([x.narrow(-1, 1, before).flip(-1), x, x.narrow(-1, length - 1 - after, after).flip(-1)], -1);
    }

    static int AxisOf(Tensor x, int axis)
    {
        int front = axis < 0 ? axis + x.Rank : axis;
        Require((uint)front < (uint)x.Rank, $"The tensor {x} has {x.Rank} axes; {axis} is none of them.");
        return front;
    }
}
