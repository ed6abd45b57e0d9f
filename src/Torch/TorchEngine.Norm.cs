using DgxMusic.Tensors;
using TorchSharp;
using Native = TorchSharp.torch.Tensor;

namespace DgxMusic.Torch;

public sealed partial class TorchEngine
{
    // In double: a signal far from zero has a deviation as well.
    public (Tensor Mean, Tensor Deviation) Moments(Tensor x)
    {
        TorchTensor from = Mine(x);
        Require(x.Rank > 0 && x.Length > x.Size(0), $"{x} has no two values an item.");
        long[] shape = [x.Size(0), .. Enumerable.Repeat(1L, x.Rank - 1)];
        long count = x.Length / x.Size(0);
        Native Rows() => from.Native.reshape(x.Size(0), count).to(torch.float64);
        TorchTensor mean = New(() => Rows().mean([1]).to(torch.float32).reshape(shape));
        return (mean, New(() =>
        {
            Native rows = Rows();
            Native distances = rows.sub(rows.mean([1], keepdim: true));
            return distances.mul(distances).sum(1).Over(count - 1).sqrt().to(torch.float32).reshape(shape);
        }));
    }

    public Tensor GroupNorm(Tensor x, NormWeights norm, int groups = 1, NormSpan span = NormSpan.Item, Finish finish = default)
    {
        TorchTensor from = Mine(x);
        int axis = span == NormSpan.Tokens ? 2 : 1;
        Require(span == NormSpan.Item ? x.Rank >= 2 : x.Rank == (span == NormSpan.Row ? 4 : 3), $"{x} has not the axes of {span}.");
        int channels = x.Size(axis);
        Require(groups > 0 && channels % groups == 0 && (groups == 1 || span != NormSpan.Tokens), $"{channels} channels of {span} do not make {groups} groups.");
        bool isGated = finish.Activation == Activation.Glu;
        Require(!isGated || (channels % 2 == 0 && span != NormSpan.Tokens), $"GLU halves {channels} channels along axis 1 only.");
        (Native weight, Native? bias) = Checked(norm, channels);
        Ending ending = Checked(finish, [.. x.Shape[..axis], isGated ? channels / 2 : channels, .. x.Shape[(axis + 1)..]], axis);
        return New(() => Finished(
            span switch
            {
                NormSpan.Row => RowNorm(Exact(from.Native), groups, weight, bias, norm.Epsilon),
                NormSpan.Tokens => TokenNorm(Exact(from.Native), weight, bias, norm.Epsilon),
                _ => torch.nn.functional.group_norm(Exact(from.Native), groups, weight, bias, norm.Epsilon),
            },
            ending));
    }

    public Tensor LayerNorm(Tensor x, NormWeights norm)
    {
        TorchTensor from = Mine(x);
        (Native weight, Native? bias) = Checked(norm, x.Size(-1));
        return New(() => torch.nn.functional.layer_norm(Exact(from.Native), [x.Size(-1)], weight, bias, norm.Epsilon));
    }

    public Tensor RmsNorm(Tensor x, NormWeights norm)
    {
        TorchTensor from = Mine(x);
        (Native weight, Native? bias) = Checked(norm, x.Size(-1));
        return New(() =>
        {
            Native values = Exact(from.Native), y = values.mul(values.mul(values).mean([-1], keepdim: true).Plus(norm.Epsilon).rsqrt()).mul_(weight);
            return bias is null ? y : y.Increase(bias);
        });
    }

    public Tensor Softmax(Tensor x)
    {
        TorchTensor from = Mine(x);
        return New(() => torch.nn.functional.softmax(Exact(from.Native), -1));
    }

    /// <summary>(B, C, H, W), each row of height 1 as an item of its own.</summary>
    static Native RowNorm(Native x, int groups, Native weight, Native? bias, double epsilon)
    {
        long[] shape = x.shape;
        Native rows = x.permute(0, 2, 1, 3).reshape(shape[0] * shape[2], shape[1], shape[3]);                  // (B · H, C, W)
        return torch.nn.functional.group_norm(rows, groups, weight, bias, epsilon).reshape(shape[0], shape[2], shape[1], shape[3]).permute(0, 2, 1, 3);
    }

    /// <summary>(B, T, C), all of an item together.</summary>
    static Native TokenNorm(Native x, Native weight, Native? bias, double epsilon)
    {
        Native y = torch.nn.functional.layer_norm(x, [x.shape[1], x.shape[2]], eps: epsilon).mul_(weight);
        return bias is null ? y : y.Increase(bias);
    }

    (Native Weight, Native? Bias) Checked(NormWeights norm, int channels)
    {
        Require(norm.Weight.Length == channels && (norm.Bias is null || norm.Bias.Length == channels), $"The norm of {norm.Weight} channels meets {channels}.");
        return (Mine(norm.Weight).Native, MineOrNull(norm.Bias));
    }
}
