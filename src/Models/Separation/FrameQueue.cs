using DgxMusic.Dsp;

namespace DgxMusic.Models.Separation;

/// <summary>Frames that wait for what is made of them.</summary>
sealed class FrameQueue(int sampleRateHz, int channels)
{
    AudioBuffer frames = new(sampleRateHz, channels, 1 << 16);
    int first, count;

    public void Add(AudioBuffer block)
    {
        if (first + count + block.Frames > frames.Frames) MakeRoom(block.Frames);
        for (int channel = 0; channel < channels; channel++) block[channel].CopyTo(frames[channel][(first + count)..]);
        count += block.Frames;
    }

    /// <summary>The oldest frames; valid until the next call.</summary>
    public AudioBuffer Take(int wanted)
    {
        AudioBuffer taken = frames.Slice(first, wanted);
        (first, count) = (first + wanted, count - wanted);
        return taken;
    }

    void MakeRoom(int further)
    {
        AudioBuffer roomy = count + further <= frames.Frames / 2 ? frames : new(sampleRateHz, channels, Math.Max(2 * frames.Frames, count + further));
        for (int channel = 0; channel < channels; channel++) frames[channel].Slice(first, count).CopyTo(roomy[channel]);
        (frames, first) = (roomy, 0);
    }
}
