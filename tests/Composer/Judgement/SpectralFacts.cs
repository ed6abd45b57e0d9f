using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Composer.Tests.Judgement;

static class SpectralFacts
{
    const int Size = 2048, Hop = 480;

    /// <returns>Mean spectral centroid in Hz; onsets a second: frames whose rise of the logarithmic spectrum is the greatest of seven and 1.6 times the mean of the second around it.</returns>
    public static (double CentroidHz, double OnsetsPerSecond) Of(float[] mono, double rate)
    {
        var fft = new RealFft(Size);
        float[] windowed = new float[Size], real = new float[(Size / 2) + 1], imaginary = new float[(Size / 2) + 1], last = new float[(Size / 2) + 1];
        var rises = new List<double>();
        double centroids = 0;
        int sounding = 0;
        for (int start = 0; start + Size <= mono.Length; start += Hop)
        {
            for (int n = 0; n < Size; n++) windowed[n] = (float)(mono[start + n] * 0.5 * (1 - Math.Cos(2 * Math.PI * n / Size)));
            fft.Forward(windowed, real, imaginary);
            double sum = 0, weighted = 0, rise = 0;
            for (int bin = 1; bin < real.Length; bin++)
            {
                double magnitude = Math.Sqrt((real[bin] * (double)real[bin]) + (imaginary[bin] * (double)imaginary[bin]));
                (sum, weighted) = (sum + magnitude, weighted + (magnitude * bin));
                float level = (float)Math.Log(1 + (100 * magnitude));
                rise += Math.Max(0, level - last[bin]);
                last[bin] = level;
            }

            rises.Add(rise);
            if (sum < 1) continue;
            centroids += weighted / sum * rate / Size;
            sounding++;
        }

        return (centroids / sounding, Onsets([.. rises]) / (mono.Length / rate));
    }

    static int Onsets(double[] rises)
    {
        int onsets = 0, second = 50;
        for (int i = 3; i < rises.Length - 3; i++)
        {
            double mean = rises[Math.Max(0, i - second)..Math.Min(rises.Length, i + second)].Average();
            if (rises[i] > 1.6 * mean && rises[i] == rises[(i - 3)..(i + 4)].Max()) onsets++;
        }

        return onsets;
    }
}
