using System.Runtime.CompilerServices;

namespace DgxMusic.Tensors.Kernels;

/// <summary>
/// Functions of one value. Polynomials are Chebyshev fits, rounded to float. Bounds are relative errors over all floats
/// whose result is normal.
/// </summary>
static unsafe class Functions<L, V> where L : ILanes<V> where V : unmanaged
{
    /// <summary>eˣ within 1.5e-7; exactly 0 below -87, finite above 88.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp(V x)
    {
        V clamped = L.Min(L.Max(x, L.Fill(-87f)), L.Fill(88f));
        var (n, p) = PowerAndRest(clamped);
        V result = L.Scale(L.Add(p, L.Fill(1)), n);
        return L.WhereNegative(L.Add(x, L.Fill(87f)), L.Fill(0), result);
    }

    /// <summary>The same for x ≤ 0, with less work.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpBelowOne(V x)
    {
        V clamped = L.Max(x, L.Fill(-87f));
        var (n, p) = PowerAndRest(clamped);
        return L.WhereNegative(L.Subtract(x, clamped), L.Fill(0), L.Scale(L.Add(p, L.Fill(1)), n));
    }

    /// <summary>eˣ - 1 within 2e-7, for x ≤ 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpMinusOne(V x)
    {
        var (n, p) = PowerAndRest(L.Max(x, L.Fill(-87f)));
        V power = L.Scale(L.Fill(1), n);
        return L.MultiplyAdd(power, p, L.Subtract(power, L.Fill(1)));
    }

    /// <summary>1/(1 + e⁻ˣ) within 3e-7 from -87 up, 0 below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid(V x)
    {
        V small = Exp(L.Subtract(L.Fill(0), L.Abs(x)));
        V rest = L.Divide(L.Fill(1), L.Add(L.Fill(1), small));
        return L.WhereNegative(x, L.Multiply(small, rest), rest);
    }

    /// <summary>Within 4e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh(V x)
    {
        V t = ExpMinusOne(L.Multiply(L.Fill(-2), L.Abs(x)));
        V size = L.Divide(t, L.Add(t, L.Fill(2)));
        return L.WhereNegative(x, size, L.Subtract(L.Fill(0), size));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Elu(V x) => L.WhereNegative(x, ExpMinusOne(L.Min(x, L.Fill(0))), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Relu(V x) => L.Max(x, L.Fill(0));

    /// <summary>
    /// x Φ(x) within 5e-7 of the value, also far out where Φ is small. With t = |x|, Φ(-t) = exp(-t²/2) R(t); R(t) · (t + 3) is smooth in u = (t - 3)/(t + 3).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gelu(V x)
    {
        V t = L.Min(L.Abs(x), L.Fill(13));
        V reciprocal = L.Divide(L.Fill(1), L.Add(t, L.Fill(3)));
        V u = L.NegateMultiplyAdd(L.Fill(6), reciprocal, L.Fill(1));
        V r = L.MultiplyAdd(u, L.Fill(4.8230016545858234e-05f), L.Fill(-0.0002096332609653473f));
        r = L.MultiplyAdd(u, r, L.Fill(-0.0009455939289182425f));
        r = L.MultiplyAdd(u, r, L.Fill(0.0010217602830380201f));
        r = L.MultiplyAdd(u, r, L.Fill(0.006937848404049873f));
        r = L.MultiplyAdd(u, r, L.Fill(-0.010463646613061428f));
        r = L.MultiplyAdd(u, r, L.Fill(-0.04725831747055054f));
        r = L.MultiplyAdd(u, r, L.Fill(0.23001781105995178f));
        r = L.MultiplyAdd(u, r, L.Fill(-0.5093321800231934f));
        r = L.MultiplyAdd(u, r, L.Fill(0.7290837168693542f));

        // t² in two floats: half an ulp of t² alone would cost 5e-6 of the exponential at t = 13.
        V square = L.Multiply(t, t);
        V lost = L.NegateMultiplyAdd(t, t, square);
        V exponential = Exp(L.Multiply(square, L.Fill(-0.5f)));
        exponential = L.MultiplyAdd(exponential, L.Multiply(lost, L.Fill(0.5f)), exponential);
        V below = L.Multiply(L.Multiply(exponential, r), reciprocal);
        return L.Multiply(x, L.WhereNegative(x, below, L.Subtract(L.Fill(1), below)));
    }

    /// <summary>x = n ln 2 + r with |r| ≤ ln 2/2; gives n and eʳ - 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (V N, V P) PowerAndRest(V x)
    {
        V n = L.Round(L.Multiply(x, L.Fill(1.44269504f)));
        V r = L.NegateMultiplyAdd(n, L.Fill(0.693359375f), x);       // ln 2 in two floats; the first has few enough bits for n · it to be exact
        r = L.NegateMultiplyAdd(n, L.Fill(-2.12194440e-4f), r);
        V q = L.MultiplyAdd(r, L.Fill(0.00019899288599845022f), L.Fill(0.0013933652080595493f));
        q = L.MultiplyAdd(r, q, L.Fill(0.0083332983776927f));
        q = L.MultiplyAdd(r, q, L.Fill(0.04166646674275398f));
        q = L.MultiplyAdd(r, q, L.Fill(0.1666666716337204f));
        q = L.MultiplyAdd(r, q, L.Fill(0.5f));
        return (n, L.MultiplyAdd(L.Multiply(r, r), q, r));
    }
}
