using DgxMusic.Audio.Decoding;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio.Tests.Decoding;

public class SecondOpinionReaderTests
{
    static readonly AudioBuffer track = Signals.Noise(48_000, 2, 50_000, 0.5, seed: 3);

    [Theory, InlineData(0), InlineData(1), InlineData(20_000), InlineData(50_000)]
    public void Read_FirstGivesUp_GoesOnWithTheSecondWhereItStood(int goodFrames)
    {
        var second = new Failing(track, int.MaxValue);
        var first = new Failing(track, goodFrames);
        using (var reader = new SecondOpinionReader(first, () => second))
        {
            var block = new AudioBuffer(48_000, 2, 1_009);
            int at = 0;
            while (reader.Read(block) is > 0 and int frames)
            {
                for (int channel = 0; channel < 2; channel++) Assert.True(block[channel][..frames].SequenceEqual(track[channel].Slice(at, frames)));
                at += frames;
            }
            Assert.Equal(50_000, at);
            Assert.Equal(["The second read it."], reader.Warnings);
        }
        Assert.True(first.Disposed && second.Disposed);
    }

    [Fact]
    public void Read_NothingIsWrong_AsksNobodyElse()
    {
        using var reader = new SecondOpinionReader(new Failing(track, int.MaxValue), () => throw new InvalidOperationException("Was asked."));
        Assert.Equal(50_000, reader.ReadAll().Frames);
    }

    [Fact]
    public void Read_NobodyElseThere_IsTheFirstFault()
    {
        using var reader = new SecondOpinionReader(new Failing(track, 10), () => throw new PipelineException(Problem.DecoderMissing, "No ffmpeg."));
        Assert.Equal("Gave up.", Assert.Throws<PipelineException>(() => reader.ReadAll()).Message);
    }

    [Fact]
    public void Read_TheSecondSaysAnotherFormat_IsTheFirstFault()
    {
        var second = new Failing(new AudioBuffer(48_000, 1, 10), int.MaxValue);
        using var reader = new SecondOpinionReader(new Failing(track, 10), () => second);
        Assert.Equal("Gave up.", Assert.Throws<PipelineException>(() => reader.ReadAll()).Message);
        Assert.True(second.Disposed);
    }

    /// <summary>Reads so many frames, then finds damage: within a block, of which it has then filled some.</summary>
    sealed class Failing(AudioBuffer track, int goodFrames) : ISampleReader
    {
        readonly BufferReader reader = new(track);
        int done;

        public bool Disposed { get; private set; }

        public AudioFormat Format => reader.Format;

        public long? Frames => reader.Frames;

        public IReadOnlyList<string> Warnings => goodFrames == int.MaxValue ? ["The second read it."] : [];

        public int Read(AudioBuffer block)
        {
            int frames = reader.Read(block);
            done += frames;
            return done > goodFrames || (frames == 0 && goodFrames < int.MaxValue) ? throw new PipelineException(Problem.UnreadableAudio, "Gave up.") : frames;
        }

        public void Dispose() => Disposed = true;
    }
}
