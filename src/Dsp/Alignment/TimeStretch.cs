namespace DgxMusic.Dsp.Alignment;

/// <summary>
/// Another duration at the same pitch, by overlapping pieces that fit where they join (Verhelst and Roelands, An overlap-add technique based on
/// waveform similarity, ICASSP 1993). Attacks are copied whole, once, and stand where the new duration puts
/// them to 2 ms; only in the last tenth of a second it is to 12 ms.
/// </summary>
sealed class TimeStretch
{
    // 25 ms hold one period of 40 Hz, and so does the search of ±12.5 ms.
    const double HopSeconds = 0.025;

    // What an attack keeps to itself, and how far it may move for a better join; ears place clicks no finer.
    const double LeadSeconds = 0.005, AttackSeconds = 0.02, NudgeSeconds = 0.002;

    const int ShortestFrames = 64;

    readonly AudioBuffer source, output;
    readonly int hop, lead, attack, nudge;
    readonly double rate;
    readonly IReadOnlyList<int> transients;
    readonly SeamSearch search;

    TimeStretch(AudioBuffer source, int frames)
    {
        (this.source, output) = (source, new AudioBuffer(source.SampleRateHz, source.Channels, frames));
        hop = Math.Clamp((int)Math.Round(HopSeconds * source.SampleRateHz), 1, Math.Min(source.Frames, frames) / 8);
        (lead, attack, nudge) = (Math.Min(hop / 4, Frames(LeadSeconds)), Math.Min(hop, Frames(AttackSeconds)), Math.Min(hop / 8, Frames(NudgeSeconds)));
        rate = (double)source.Frames / frames;
        search = new SeamSearch(hop, 2 * (hop / 2));

        // The first frame counts as an attack; one near the end has no room and is left to the search.
        int latest = frames - attack - (3 * hop);
        transients = [0, .. Transients.Find(source, (int)Math.Ceiling(rate * (lead + attack + (3 * hop)))).Where(frame => frame / rate < latest)];
    }

    /// <param name="frames">0.8 to 1.25 times those of <paramref name="source"/>.</param>
    /// <returns>Exactly <paramref name="frames"/> frames; of less than 64 there is nothing to stretch, and silence fills them up.</returns>
    public static AudioBuffer Apply(AudioBuffer source, int frames)
    {
        if (frames < Math.Floor(StrategyChoice.SlowestStretch * source.Frames) || frames > Math.Ceiling(StrategyChoice.FastestStretch * source.Frames))
            throw new ArgumentOutOfRangeException(nameof(frames), frames, $"{source.Frames} frames become 0.8 to 1.25 times as many.");
        if (Math.Min(source.Frames, frames) >= ShortestFrames) return new TimeStretch(source, frames).Run();
        var output = new AudioBuffer(source.SampleRateHz, source.Channels, frames);
        for (int channel = 0; channel < source.Channels; channel++) source[channel][..Math.Min(frames, source.Frames)].CopyTo(output[channel]);
        return output;
    }

    AudioBuffer Run()
    {
        // Output frame t was taken from source frame t + offset before this hop.
        int offset = 0;
        for (int at = 0; at < output.Frames; at += hop)
        {
            (int next, double correlation) = at == 0 || HoldsStill(at) ? (offset, 1.0) : Join(at, offset);
            Write(at, offset, next, correlation);
            offset = next;
        }

        return output;
    }

    /// <summary>During an attack, and at the very end, the source runs on as it is.</summary>
    bool HoldsStill(int at) => at + hop >= output.Frames - hop || Protected(at) >= 0;

    /// <summary>Where the source goes on from here: close to where the new duration wants it, and alike what would have followed.</summary>
    (int Offset, double Correlation) Join(int at, int offset)
    {
        int last = source.Frames - (2 * hop), nominal = (int)Math.Round(at * rate), reach = hop / 2;
        (int from, int to) = (nominal - reach, nominal + reach);
        if (at + (2 * hop) >= output.Frames - hop) (from, to) = (at + source.Frames - output.Frames, at + source.Frames - output.Frames);
        else if (Protected(at + hop) is >= 0 and var attacked) (from, to, nominal) = Towards(attacked, at);
        else (from, to) = BetweenAttacks(at, from, to);
        (from, to) = (Math.Clamp(from, 0, last), Math.Clamp(to, 0, last));
        (int place, double correlation) = search.Best(source, at + offset, from, to, nominal);
        return (place - at, correlation);
    }

    /// <summary>The attack whose surroundings this hop's frames touch; −1 for none.</summary>
    int Protected(int at)
    {
        int index = FirstFrom(at - attack);
        return index < transients.Count && Placed(index) - lead < at + hop ? index : -1;
    }

    (int From, int To, int Nominal) Towards(int index, int at)
    {
        int nominal = at + transients[index] - Placed(index);
        return (nominal - nudge, nominal + nudge, nominal);
    }

    /// <summary>Neither back into the attack before nor on into the next.</summary>
    (int From, int To) BetweenAttacks(int at, int from, int to)
    {
        int next = FirstFrom(at);
        if (next < transients.Count) to = Math.Min(to, transients[next] - (2 * hop));
        from = Math.Max(Math.Min(from, to), transients[next - 1] + (attack / 2));
        return (from, Math.Max(from, to));
    }

    /// <summary>The first attack that the output has after frame <paramref name="at"/>.</summary>
    int FirstFrom(int at)
    {
        int low = 0, high = transients.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Placed(middle) > at) high = middle;
            else low = middle + 1;
        }

        return low;
    }

    int Placed(int transient) => (int)Math.Round(transients[transient] / rate);

    void Write(int at, int offset, int next, double correlation)
    {
        int count = Math.Min(hop, output.Frames - at);
        for (int channel = 0; channel < output.Channels; channel++)
        {
            ReadOnlySpan<float> fresh = source[channel].Slice(at + next, count);
            Span<float> here = output[channel].Slice(at, count);
            if (offset == next) fresh.CopyTo(here);
            else Crossfade.Mix(source[channel].Slice(at + offset, count), fresh, here, hop, correlation);
        }
    }

    int Frames(double seconds) => (int)Math.Round(seconds * source.SampleRateHz);
}
