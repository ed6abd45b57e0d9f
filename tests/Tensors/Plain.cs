namespace DgxMusic.Tensors.Tests;

/// <summary>The operations as their papers define them, in double, one value at a time.</summary>
static class Plain
{
    internal static double[] Linear(float[] x, float[] weight, float[]? bias, int inputs, int outputs)
    {
        int rows = x.Length / inputs;
        double[] y = new double[rows * outputs];
        for (int row = 0; row < rows; row++)
        {
            for (int o = 0; o < outputs; o++)
            {
                double sum = bias?[o] ?? 0;
                for (int k = 0; k < inputs; k++) sum += (double)x[(row * inputs) + k] * weight[(o * inputs) + k];
                y[(row * outputs) + o] = sum;
            }
        }

        return y;
    }

    internal static double Activated(Activation activation, double x) => activation switch
    {
        Activation.None => x,
        Activation.Gelu => x * 0.5 * Erfc(-x / Math.Sqrt(2)),
        Activation.Relu => Math.Max(x, 0),
        Activation.Elu => x > 0 ? x : ExpMinusOne(x),
        Activation.Sigmoid => Sigmoid(x),
        Activation.Tanh => Math.Tanh(x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation)),
    };

    internal static double Sigmoid(double x) => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x));

    /// <summary>(B, C, run): first half of the channels times the sigmoid of the second.</summary>
    internal static double[] Gated(double[] x, int batch, int channels)
    {
        int run = x.Length / batch / channels, half = channels / 2;
        double[] y = new double[x.Length / 2];
        for (int b = 0; b < batch; b++)
        {
            for (int i = 0; i < half * run; i++) y[(b * half * run) + i] = x[(b * channels * run) + i] * Sigmoid(x[(b * channels * run) + (half * run) + i]);
        }

        return y;
    }

    internal static double[] Conv(float[] x, int batch, int height, int width, ConvLayout layout, float[] weight, float[]? bias)
    {
        var (kernel, stride, padding, dilation) = (layout.Kernel, layout.Stride, layout.Padding, layout.Dilation);
        int outHeight = ((height + (2 * padding.Height) - (dilation.Height * (kernel.Height - 1)) - 1) / stride.Height) + 1;
        int outWidth = ((width + (2 * padding.Width) - (dilation.Width * (kernel.Width - 1)) - 1) / stride.Width) + 1;
        double[] y = new double[batch * layout.Outputs * outHeight * outWidth];
        for (int i = 0; i < y.Length; i++)
        {
            int column = i % outWidth, row = i / outWidth % outHeight, output = i / outWidth / outHeight % layout.Outputs, item = i / outWidth / outHeight / layout.Outputs;
            double sum = bias?[output] ?? 0;
            for (int k = 0; k < layout.Inputs * kernel.Height * kernel.Width; k++)
            {
                int right = k % kernel.Width, down = k / kernel.Width % kernel.Height, input = k / kernel.Width / kernel.Height;
                int atRow = (row * stride.Height) - padding.Height + (down * dilation.Height), atColumn = (column * stride.Width) - padding.Width + (right * dilation.Width);
                if (atRow < 0 || atRow >= height || atColumn < 0 || atColumn >= width) continue;
                sum += (double)x[((((item * layout.Inputs) + input) * height) + atRow) * width + atColumn]
                    * weight[(output * layout.Inputs * kernel.Height * kernel.Width) + k];
            }

            y[i] = sum;
        }

        return y;
    }

    /// <summary>Scatters every input over the outputs it reaches, along the axis of <paramref name="size"/>, whose values are rows of <paramref name="width"/>.</summary>
    internal static double[] ConvTranspose(float[] x, int batch, int size, int width, TransposedConvLayout layout, float[] weight, float[]? bias)
    {
        int whole = ((size - 1) * layout.Stride) + layout.Kernel;
        double[] y = new double[batch * layout.Outputs * whole * width];
        for (int i = 0; i < y.Length; i++) y[i] = bias?[i / width / whole % layout.Outputs] ?? 0;
        for (int i = 0; i < x.Length; i++)
        {
            int column = i % width, row = i / width % size, input = i / width / size % layout.Inputs, item = i / width / size / layout.Inputs;
            for (int o = 0; o < layout.Outputs; o++)
            {
                for (int k = 0; k < layout.Kernel; k++)
                    y[((((item * layout.Outputs) + o) * whole) + (row * layout.Stride) + k) * width + column] += (double)x[i] * weight[(((input * layout.Outputs) + o) * layout.Kernel) + k];
            }
        }

        return y;
    }

    /// <summary>Normalises the values of each group: <paramref name="groupOf"/> names a value's group, <paramref name="channelOf"/> its channel.</summary>
    internal static double[] Norm(float[] x, Func<int, int> groupOf, Func<int, int> channelOf, float[] weight, float[]? bias, double epsilon)
    {
        double[] y = new double[x.Length];
        foreach (var group in Enumerable.Range(0, x.Length).GroupBy(groupOf))
        {
            double mean = group.Average(i => (double)x[i]), variance = group.Average(i => (x[i] - mean) * (x[i] - mean));
            foreach (int i in group) y[i] = ((x[i] - mean) / Math.Sqrt(variance + epsilon) * weight[channelOf(i)]) + (bias?[channelOf(i)] ?? 0);
        }

        return y;
    }

    /// <param name="sees">Whether a query sees a key.</param>
    internal static double[] Attention(float[] q, float[] k, float[] v, int batch, int queries, int keys, int channels, int heads, double scale, float[]? bias, Func<int, int, bool> sees)
    {
        int size = channels / heads;
        double[] y = new double[batch * queries * channels];
        for (int i = 0; i < batch * queries * heads; i++)
        {
            int head = i % heads, query = i / heads % queries, item = i / heads / queries;
            double[] scores = new double[keys];
            for (int key = 0; key < keys; key++)
            {
                double dot = 0;
                for (int c = head * size; c < (head + 1) * size; c++) dot += (double)q[(((item * queries) + query) * channels) + c] * k[(((item * keys) + key) * channels) + c];
                scores[key] = sees(query, key) ? (dot * scale) + (bias?[(((head * queries) + query) * keys) + key] ?? 0) : double.NegativeInfinity;
            }

            double top = scores.Max(), sum = scores.Sum(score => Math.Exp(score - top));
            for (int c = head * size; c < (head + 1) * size; c++)
            {
                double total = 0;
                for (int key = 0; key < keys; key++) total += Math.Exp(scores[key] - top) / sum * v[(((item * keys) + key) * channels) + c];
                y[(((item * queries) + query) * channels) + c] = total;
            }
        }

        return y;
    }

    internal static double[] Lstm(float[] x, int batch, int times, LstmLayout layout, float[] inputWeight, float[] hiddenWeight, float[] bias)
    {
        int inputs = layout.Inputs, size = layout.Hidden;
        double[] y = new double[batch * times * size];
        for (int item = 0; item < batch; item++)
        {
            double[] h = new double[size], c = new double[size];
            for (int time = 0; time < times; time++)
            {
                double[] gates = new double[4 * size];
                for (int row = 0; row < 4 * size; row++)
                {
                    gates[row] = bias[row];
                    for (int k = 0; k < inputs; k++) gates[row] += (double)inputWeight[(row * inputs) + k] * x[(((item * times) + time) * inputs) + k];
                    for (int k = 0; k < size; k++) gates[row] += hiddenWeight[(row * size) + k] * h[k];
                }

                for (int unit = 0; unit < size; unit++)
                {
                    c[unit] = (Sigmoid(gates[size + unit]) * c[unit]) + (Sigmoid(gates[unit]) * Math.Tanh(gates[(2 * size) + unit]));
                    h[unit] = Sigmoid(gates[(3 * size) + unit]) * Math.Tanh(c[unit]);
                    y[(((item * times) + time) * size) + unit] = h[unit];
                }
            }
        }

        return y;
    }

    /// <summary>The transform's sum itself, of one frame around sample frame · hop; (2, bins).</summary>
    internal static double[] Frame(ReadOnlySpan<float> signal, int size, int hop, int frame)
    {
        int bins = (size / 2) + 1;
        double[] spectrum = new double[2 * bins];
        for (int n = 0; n < size; n++)
        {
            int at = Math.Abs((frame * hop) - (size / 2) + n);
            if (at >= signal.Length) at = (2 * (signal.Length - 1)) - at;
            double value = signal[at] * (0.5 - (0.5 * Math.Cos(2 * Math.PI * n / size))) / Math.Sqrt(size);
            for (int bin = 0; bin < bins; bin++)
            {
                double angle = -2 * Math.PI * ((long)bin * n % size) / size;
                spectrum[bin] += value * Math.Cos(angle);
                spectrum[bins + bin] += value * Math.Sin(angle);
            }
        }

        return spectrum;
    }

    /// <summary>The nearer of the two numbers of 8 significant bits around each value; of two as near the even one.</summary>
    internal static float[] ToBFloat16AndBack(float[] values) => Array.ConvertAll(values, value =>
    {
        double step = Math.Pow(2, (value == 0 ? 0 : Math.ILogB(value)) - 7);
        return (float)(Math.Round(value / step) * step);
    });

    /// <summary>Whole steps of a 127th of the greatest weight among 128 of one output.</summary>
    internal static float[] ToInt8AndBack(float[] weight, int inputs) =>
    [
        .. weight.Chunk(inputs).SelectMany(output => output.Chunk(128)).SelectMany(block =>
        {
            double step = block.Max(Math.Abs) / 127f;
            return block.Select(value => step == 0 ? 0 : (float)(Math.Round(value / step) * step));
        }),
    ];

    static double ExpMinusOne(double x) => Math.Abs(x) < 1e-5 ? x + (x * x / 2) : Math.Exp(x) - 1;

    /// <summary>Complementary error function: its series near 0, its continued fraction beyond (Abramowitz and Stegun 7.1.6, 7.1.14).</summary>
    internal static double Erfc(double x)
    {
        if (x < 0) return 2 - Erfc(-x);
        if (x < 2)
        {
            double term = x, sum = x;
            for (int n = 1; n < 60; n++)
            {
                term *= 2 * x * x / ((2 * n) + 1);
                sum += term;
            }

            return 1 - (2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum);
        }

        double fraction = x;
        for (int n = 120; n >= 1; n--) fraction = x + (n / 2.0 / fraction);
        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / fraction;
    }
}
