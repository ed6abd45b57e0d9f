using DgxMusic.Composer.Synthesis.Signal;
using DgxMusic.Composer.Synthesis.Voices;

namespace DgxMusic.Composer.Synthesis;

/// <summary>The voices of one part: starts them with their notes, cuts them short without a click, sums them.</summary>
sealed class VoicePool
{
    // Voices beyond the polyphony that may still be fading out.
    const int Fading = 16;
    const double ChokeSeconds = 0.005;

    struct Slot
    {
        public Voice Voice;
        public long Next, Choke, Started;
        public bool Sounds;
    }

    readonly Slot[] slots;
    readonly TimedNote[] notes;
    readonly int polyphony;
    readonly bool stereo;
    readonly double fadeFrames;
    readonly float[] left = new float[Blocks.Chunk + Blocks.Tick], right = new float[Blocks.Chunk + Blocks.Tick];
    readonly float[] tickLeft = new float[Blocks.Tick], tickRight = new float[Blocks.Tick];
    readonly Func<long, double> brightness;
    bool spills;
    int next;

    /// <param name="brightness">By frame.</param>
    public VoicePool(Instrument instrument, TimedNote[] notes, Func<long, double> brightness, double rate)
    {
        (this.notes, this.brightness, polyphony, stereo) = (notes, brightness, instrument.Polyphony, instrument.Stereo);
        fadeFrames = ChokeSeconds * rate;
        slots = [.. Enumerable.Range(0, Math.Min(polyphony + Fading, notes.Length)).Select(_ => new Slot { Voice = instrument.Create(rate) })];
    }

    /// <summary>Renders the chunk that starts at frame <paramref name="start"/>; calls follow one another.</summary>
    public void Render(long start, Span<float> leftChunk, Span<float> rightChunk)
    {
        Advance(left);
        if (stereo) Advance(right);
        while (next < notes.Length && notes[next].Start < start + Blocks.Chunk) Begin(notes[next++]);
        for (int i = 0; i < slots.Length; i++)
        {
            while (slots[i].Sounds && slots[i].Next < start + Blocks.Chunk) Tick(ref slots[i], (int)(slots[i].Next - start));
        }

        spills = Kernels.Peak(left.AsSpan(Blocks.Chunk)) > 0 || Kernels.Peak(right.AsSpan(Blocks.Chunk)) > 0;
        left.AsSpan(0, Blocks.Chunk).CopyTo(leftChunk);
        if (stereo) right.AsSpan(0, Blocks.Chunk).CopyTo(rightChunk);
    }

    /// <summary>No voice sounds in the chunk that starts at frame <paramref name="start"/>, and what the last one left has been handed out.</summary>
    public bool Rests(long start) => !spills && (next >= notes.Length || notes[next].Start >= start + Blocks.Chunk) && !Array.Exists(slots, slot => slot.Sounds);

    /// <summary>What voices wrote past the end of the last chunk is the beginning of this one.</summary>
    static void Advance(float[] samples)
    {
        samples.AsSpan(Blocks.Chunk).CopyTo(samples);
        samples.AsSpan(Blocks.Tick).Clear();
    }

    void Begin(in TimedNote note)
    {
        int free = -1, oldest = -1, sounding = 0;
        for (int i = 0; i < slots.Length; i++)
        {
            if (!slots[i].Sounds) free = i;
            else if (slots[i].Choke == long.MaxValue)
            {
                sounding++;
                if (oldest < 0 || slots[i].Started < slots[oldest].Started) oldest = i;
            }
        }

        if (sounding >= polyphony) slots[oldest].Choke = Math.Max(note.Start, slots[oldest].Next);
        if (free < 0) return;   // more notes at once than anyone could tell apart
        slots[free].Voice.Start(note.Voice);
        (slots[free].Next, slots[free].Started, slots[free].Choke, slots[free].Sounds) = (note.Start, note.Start, note.Choke, true);
    }

    void Tick(ref Slot slot, int offset)
    {
        tickLeft.AsSpan().Clear();
        if (stereo) tickRight.AsSpan().Clear();
        slot.Sounds = slot.Voice.Render(tickLeft, tickRight, brightness(slot.Next));
        if (slot.Choke - slot.Next < Blocks.Tick) Fade(ref slot);
        Kernels.Add(left.AsSpan(offset, Blocks.Tick), tickLeft, 1);
        if (stereo) Kernels.Add(right.AsSpan(offset, Blocks.Tick), tickRight, 1);
        slot.Next += Blocks.Tick;
    }

    void Fade(ref Slot slot)
    {
        for (int i = 0; i < Blocks.Tick; i++)
        {
            double t = Math.Clamp((slot.Next + i - slot.Choke) / fadeFrames, 0, 1);
            float gain = (float)(1 - (t * t * (3 - (2 * t))));
            tickLeft[i] *= gain;
            tickRight[i] *= gain;
        }

        if (slot.Next + Blocks.Tick >= slot.Choke + fadeFrames) slot.Sounds = false;
    }
}
