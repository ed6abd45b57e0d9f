using DgxMusic.Contracts;

namespace DgxMusic.Audio.Tests;

static class Fuzz
{
    static readonly byte[] telling = [0x00, 0x01, 0x02, 0x7F, 0x80, 0xFE, 0xFF];

    /// <summary>One to six changes of the first bytes, and sometimes a cut: a pure function of the seed.</summary>
    public static byte[] Mutate(byte[] file, uint seed, int header)
    {
        var random = new Random((int)seed);
        byte[] mutated = [.. file];
        for (int changes = random.Next(1, 7); changes > 0; changes--)
        {
            int at = random.Next(Math.Min(header, mutated.Length));
            mutated[at] = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => telling[random.Next(telling.Length)], _ => (byte)(mutated[at] ^ (1 << random.Next(8))) };
        }
        return random.Next(4) == 0 ? mutated[..random.Next(mutated.Length)] : mutated;
    }

    /// <summary>True: read to its end, every sample finite or not. False: refused with a sentence. Anything else fails the test.</summary>
    public static bool Reads(Func<ISampleReader> open)
    {
        try
        {
            using var reader = open();
            var track = reader.ReadAll(1_000_000);
            Assert.True(track.Channels == reader.Format.Channels && track.SampleRateHz == reader.Format.SampleRateHz);
            return true;
        }
        catch (PipelineException fault)
        {
            Assert.EndsWith(".", fault.Message);
            return false;
        }
    }
}
