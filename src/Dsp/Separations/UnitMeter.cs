using DgxMusic.Contracts;
using DgxMusic.Dsp.Loudness;
using DgxMusic.Dsp.Mixing;

namespace DgxMusic.Dsp.Separations;

/// <summary>
/// Measures one unit of a separated track after the other. A unit's sums depend on its samples alone, not on the blocks they come in.
/// </summary>
/// <remarks>
/// Silence is counted in blocks of 50 ms from the beginning of the unit, the last as long as what is left: a block is silent if its RMS over all
/// channels is below −60 dBFS. The instrumental is every stem but the vocals, summed in double and rounded once; there is none without vocals, of vocals
/// alone, or where a stem bears its name.
/// </remarks>
public sealed class UnitMeter
{
    public const string Mix = "mix", Vocals = "vocals", Instrumental = "instrumental", Residual = "residual";

    public const double SilenceBlockSeconds = 0.05, SilenceDbfs = -60.0;

    static readonly double SilentPower = Math.Pow(10.0, SilenceDbfs / 10.0);

    readonly int sampleRateHz, channels, vocals;
    readonly string[] stems;
    readonly float[][] mix;           // by channel: the block of silence that is being filled
    readonly float[][][] lines;       // by stem and channel
    readonly float[] derived;
    readonly double[] rest, backing;
    readonly BandMeter bands;
    readonly Track mixTrack = new(), instrumentalTrack = new(), residualTrack = new();
    readonly Track[] stemTracks, tracks;
    readonly double[] products;       // by pair
    double nullSquares;
    long frames;
    int filled;

    /// <param name="channels">1 or 2.</param>
    /// <param name="stems">Their names, each once; not <c>mix</c> or <c>residual</c>.</param>
    /// <exception cref="PipelineException"><see cref="Problem.TooManyChannels"/>.</exception>
    public UnitMeter(int sampleRateHz, int channels, IReadOnlyList<string> stems)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        if (channels > 2) throw new PipelineException(Problem.TooManyChannels, $"The music has {channels} channels; stems are measured in 1 or 2.");
        if (stems.Count == 0 || stems.Distinct().Count() != stems.Count || stems.Contains(Mix) || stems.Contains(Residual))
            throw new ArgumentException($"These are not the names of stems: {string.Join(", ", stems)}.", nameof(stems));
        (this.sampleRateHz, this.channels, this.stems) = (sampleRateHz, channels, [.. stems]);
        vocals = stems.Count > 1 && !stems.Contains(Instrumental) ? Array.IndexOf(this.stems, Vocals) : -1;
        int block = (int)Math.Max(1, AudioBuffer.FramesIn(SilenceBlockSeconds, sampleRateHz));
        (mix, lines) = (Planes(block), [.. stems.Select(_ => Planes(block))]);
        (derived, rest, backing) = (new float[block], new double[block], new double[block]);
        bands = new(sampleRateHz, channels, stems.Count);
        stemTracks = [.. stems.Select(_ => new Track())];
        tracks = [mixTrack, .. stemTracks, instrumentalTrack, residualTrack];
        products = new double[stems.Count * (stems.Count - 1) / 2];
    }

    bool HasInstrumental => vocals >= 0;

    /// <param name="mixBlock">The next frames of the unit.</param>
    /// <param name="stemBlocks">The same frames of every stem, in the order of their names.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>: a sample is no number, or above 10¹².</exception>
    public void Process(AudioBuffer mixBlock, IReadOnlyList<AudioBuffer> stemBlocks)
    {
        Check(mixBlock, stemBlocks);
        for (int done = 0; done < mixBlock.Frames;)
        {
            int count = Math.Min(mixBlock.Frames - done, derived.Length - filled);
            for (int channel = 0; channel < channels; channel++)
            {
                mixBlock[channel].Slice(done, count).CopyTo(mix[channel].AsSpan(filled));
                for (int stem = 0; stem < lines.Length; stem++) stemBlocks[stem][channel].Slice(done, count).CopyTo(lines[stem][channel].AsSpan(filled));
            }

            (done, filled) = (done + count, filled + count);
            if (filled == derived.Length) CloseBlock();
        }
    }

    /// <summary>Ends the unit; the next block begins another.</summary>
    public UnitSums Complete()
    {
        if (filled > 0) CloseBlock();
        float[][] bandsByPair = bands.Complete();
        int pair = 0, crossing = 0;
        var stemSums = new List<TrackSums>();
        var pairSums = new List<PairSums>();
        for (int first = 0; first < stems.Length; first++)
        {
            stemSums.Add(stemTracks[first].Take(stems[first], bandsByPair[pair++]));
            for (int second = first + 1; second < stems.Length; second++)
                pairSums.Add(new(stems[first], stems[second], products[crossing++], bandsByPair[pair++]));
        }

        var sums = new UnitSums(
            frames, channels, mixTrack.Take(Mix, []), stemSums, HasInstrumental ? instrumentalTrack.Take(Instrumental, []) : null,
            residualTrack.Take(Residual, []), HasInstrumental ? nullSquares : null, pairSums);
        Array.Clear(products);
        (frames, nullSquares) = (0, 0);
        return sums;
    }

    /// <summary>Measures one whole unit.</summary>
    /// <inheritdoc cref="UnitMeter(int, int, IReadOnlyList{string})"/>
    public static UnitSums Measure(AudioBuffer mix, IReadOnlyList<string> names, IReadOnlyList<AudioBuffer> stems)
    {
        var meter = new UnitMeter(mix.SampleRateHz, mix.Channels, names);
        meter.Process(mix, stems);
        return meter.Complete();
    }

    void CloseBlock()
    {
        for (int channel = 0; channel < channels; channel++) AddChannel(channel);
        bands.Process(lines, 0, filled);
        foreach (Track track in tracks) track.CloseBlock(filled, channels);
        (frames, filled) = (frames + filled, 0);
    }

    void AddChannel(int channel)
    {
        ReadOnlySpan<float> whole = mix[channel].AsSpan(0, filled);
        mixTrack.Add(whole);
        int pair = 0;
        for (int first = 0; first < lines.Length; first++)
        {
            ReadOnlySpan<float> line = lines[first][channel].AsSpan(0, filled);
            stemTracks[first].Add(line);
            for (int second = first + 1; second < lines.Length; second++) products[pair++] += LaneSums.Products(line, lines[second][channel]);
        }

        AddDerived(channel, whole);
    }

    /// <summary>The tracks that are made of the others; differences in double, so that nothing but the stems' own rounding is found in them.</summary>
    void AddDerived(int channel, ReadOnlySpan<float> whole)
    {
        Span<double> left = rest.AsSpan(0, filled), sum = backing.AsSpan(0, filled);
        Span<float> track = derived.AsSpan(0, filled);
        left.Clear();
        sum.Clear();
        Accumulation.Add(whole, 1.0, left);
        for (int stem = 0; stem < lines.Length; stem++) Accumulation.Add(lines[stem][channel].AsSpan(0, filled), -1.0, left);
        Accumulation.Store(left, track);
        residualTrack.Add(track);
        if (!HasInstrumental) return;

        for (int stem = 0; stem < lines.Length; stem++)
        {
            if (stem != vocals) Accumulation.Add(lines[stem][channel].AsSpan(0, filled), 1.0, sum);
        }

        Accumulation.Store(sum, track);
        instrumentalTrack.Add(track);
        left.Clear();
        Accumulation.Add(whole, 1.0, left);
        Accumulation.Add(lines[vocals][channel].AsSpan(0, filled), -1.0, left);
        Accumulation.Add(track, -1.0, left);
        Accumulation.Store(left, track);
        nullSquares += LaneSums.Squares(track);
    }

    void Check(AudioBuffer mixBlock, IReadOnlyList<AudioBuffer> stemBlocks)
    {
        if (stemBlocks.Count != stems.Length) throw new ArgumentException($"There are {stemBlocks.Count} stems, not {stems.Length}.", nameof(stemBlocks));
        Samples.RequireTransformable(mixBlock, sampleRateHz, channels, frames + filled);
        for (int index = 0; index < stems.Length; index++)
        {
            AudioBuffer stem = stemBlocks[index];
            Samples.RequireTransformable(stem, sampleRateHz, channels, frames + filled);
            if (stem.Frames != mixBlock.Frames) throw new ArgumentException($"A stem has {stem.Frames} frames, the mix {mixBlock.Frames}.", nameof(stemBlocks));
        }
    }

    float[][] Planes(int block) => [.. Enumerable.Range(0, channels).Select(_ => new float[block])];

    sealed class Track
    {
        double peak, squares, blockSquares;
        long silentFrames;

        public void Add(ReadOnlySpan<float> samples)
        {
            peak = Math.Max(peak, PeakScanner.LargestSample(samples));
            blockSquares += LaneSums.Squares(samples);
        }

        public void CloseBlock(int blockFrames, int channels)
        {
            if (blockSquares < SilentPower * blockFrames * channels) silentFrames += blockFrames;
            (squares, blockSquares) = (squares + blockSquares, 0);
        }

        /// <summary>What was heard; it begins anew.</summary>
        public TrackSums Take(string name, IReadOnlyList<float> octaves)
        {
            var sums = new TrackSums(name, peak, squares, silentFrames, octaves);
            (peak, squares, silentFrames) = (0, 0, 0);
            return sums;
        }
    }
}
