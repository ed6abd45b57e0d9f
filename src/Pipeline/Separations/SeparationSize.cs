using DgxMusic.Audio.Encoders;
using DgxMusic.Contracts;
using DgxMusic.Models.Spectral;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Separations;

/// <summary>What a separation will need, guessed before it begins.</summary>
static class SeparationSize
{
    /// <summary>Of music that is coded with loss, where nothing says how long it is: 128 kbit/s.</summary>
    const double LossyBytesPerSecond = 16_000;

    const int UsualRateHz = 44_100, Channels = 2;

    /// <summary>Seconds of work per second of music before anything was measured: a network on a processor and on a GPU, and filters.</summary>
    const double NetworkOnCpu = 0.26, NetworkOnGpu = 0.03, Filters = 0.05;

    public static double GuessOf(string model, string? device)
    {
        if (model == SpectralModel.ModelName) return Filters;
        int networks = model.EndsWith("_ft", StringComparison.Ordinal) ? 4 : 1;
        return networks * (device is null or "cpu" ? NetworkOnCpu : NetworkOnGpu);
    }

    /// <summary>Of music.</summary>
    public static async Task<double> SecondsAsync(SeparationInput input, IBlobStore store, CancellationToken cancel) =>
        input.Seconds ?? (((await store.FindAsync(input.Source, cancel))?.Bytes ?? 0) / LossyBytesPerSecond);

    /// <summary>Of the files it will leave, at most.</summary>
    public static async Task<long> BytesAsync(SeparationInput input, IBlobStore store, CancellationToken cancel)
    {
        SeparationRequest request = input.Request;
        int tracks = request.Stems.Sum(stem => stem == SeparationRequest.All ? SeparatorRegistry.StemsOf(input.Model).Count : 1) + (request.WithResidual ? 1 : 0);
        int sampleBytes = request.BitDepth switch { null => 2, "PCM_16" => 2, "PCM_24" => 3, _ => 4 };
        double bytesPerSecond = request.OutputFormat == "mp3" ? (request.Bitrate ?? EncoderOptions.Mp3Rates[^1]) * 1000 / 8 : (request.KeepSampleRate ? input.SourceRateHz : UsualRateHz) * Channels * sampleBytes;
        return (long)(tracks * bytesPerSecond * await SecondsAsync(input, store, cancel));
    }
}
