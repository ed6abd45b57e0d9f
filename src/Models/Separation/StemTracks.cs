using System.Numerics.Tensors;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Models.Separation;

/// <summary>Writes the tracks asked for as FLOAT, block by block, into files without names, and weighs them.</summary>
sealed class StemTracks : IDisposable
{
    readonly IReadOnlyList<string> sources;
    readonly Track[] tracks;
    readonly FrameQueue mix;

    // Large blocks are made once: garbage of their size stays for long.
    AudioBuffer? sums, rests;
    double mixEnergy, residualEnergy;

    public StemTracks(IReadOnlyList<string> names, IReadOnlyList<string> sources, string folder, int sampleRateHz, long frames)
    {
        this.sources = sources;
        mix = new(sampleRateHz, 2);
        List<Track> opened = [];
        try
        {
            foreach (string name in names) opened.Add(new(name, TrackFiles.CreateNameless(folder), new(sampleRateHz, 2, BitDepth.Float, frames)));
        }
        catch
        {
            foreach (Track track in opened) track.Dispose();
            throw;
        }

        tracks = [.. opened];
    }

    /// <summary>Largest sample of any track; linear.</summary>
    public double Peak { get; private set; }

    /// <summary>Energy of what the sources leave, beside that of the mix, dB; null where one of both is 0.</summary>
    public double? ResidualDb => mixEnergy > 0 && residualEnergy > 0 ? 10 * Math.Log10(residualEnergy / mixEnergy) : null;

    public IReadOnlyList<Track> Tracks => tracks;

    /// <param name="block">Frames of the mix whose stems will come.</param>
    public void Expect(AudioBuffer block) => mix.Add(block);

    /// <param name="stems">Next frames of all sources.</param>
    public void Write(AudioBuffer[] stems)
    {
        AudioBuffer sum = SumOf(stems), residual = Less(mix.Take(sum.Frames), sum);
        foreach (Track track in tracks)
        {
            AudioBuffer block = track.Name switch
            {
                SeparationOrder.ResidualTrack => residual,
                SeparationOrder.Instrumental => SumOf([.. stems.Where((_, n) => sources[n] != SeparationOrder.Vocals)]),
                _ => stems[IndexOf(track.Name)],
            };
            for (int channel = 0; channel < 2; channel++) Peak = Math.Max(Peak, block.Frames == 0 ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude<float>(block[channel])));
            track.Writer.Write(block);
        }
    }

    public void Complete()
    {
        foreach (Track track in tracks) track.Writer.Complete();
    }

    public void Dispose()
    {
        foreach (Track track in tracks) track.Dispose();
    }

    int IndexOf(string name)
    {
        int index = 0;
        while (sources[index] != name) index++;
        return index;
    }

    /// <summary>Valid until the next call.</summary>
    AudioBuffer SumOf(AudioBuffer[] stems)
    {
        AudioBuffer sum = Room(ref sums, stems[0]);
        for (int channel = 0; channel < 2; channel++) sum[channel].Clear();
        foreach (AudioBuffer stem in stems)
        {
            for (int channel = 0; channel < 2; channel++) TensorPrimitives.Add(sum[channel], stem[channel], sum[channel]);
        }

        return sum;
    }

    static AudioBuffer Room(ref AudioBuffer? kept, AudioBuffer like)
    {
        if (kept is null || kept.Frames < like.Frames) kept = new(like.SampleRateHz, 2, like.Frames);
        return kept.Slice(0, like.Frames);
    }

    /// <summary>Valid until the next call.</summary>
    AudioBuffer Less(AudioBuffer whole, AudioBuffer sum)
    {
        AudioBuffer rest = Room(ref rests, sum);
        for (int channel = 0; channel < 2; channel++)
        {
            TensorPrimitives.Subtract(whole[channel], sum[channel], rest[channel]);
            for (int n = 0; n < rest.Frames; n++)
            {
                mixEnergy += (double)whole[channel][n] * whole[channel][n];
                residualEnergy += (double)rest[channel][n] * rest[channel][n];
            }
        }

        return rest;
    }

    /// <summary>A track and the file it is in, a whole WAV once all is written.</summary>
    public sealed class Track(string name, FileStream file, WavLayout layout) : IDisposable
    {
        public string Name => name;

        public WavWriter Writer { get; } = new(file, layout);

        /// <summary>The whole file, from its beginning; one reader at a time.</summary>
        public Stream Rewound()
        {
            file.Position = 0;
            return file;
        }

        public void Dispose()
        {
            Writer.Dispose();
            file.Dispose();
        }
    }
}
