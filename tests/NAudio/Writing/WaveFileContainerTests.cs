using DgxMusic.Audio;
using DgxMusic.Audio.Export;
using DgxMusic.Audio.Tagging;
using DgxMusic.Audio.Tests;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using NAudio.Wave;

namespace DgxMusic.NAudio.Tests.Writing;

public class WaveFileContainerTests
{
    [Theory, InlineData(BitDepth.Pcm16), InlineData(BitDepth.Pcm24), InlineData(BitDepth.Pcm32), InlineData(BitDepth.Float), Trait("Requirement", "X-15")]
    public void Export_TaggedTrack_HasTheBytesOfOurCodec(BitDepth depth)
    {
        AudioBuffer track = Signals.Noise(44_100, 2, 50_001, 0.7, seed: 6);
        var extras = new ExportExtras { Tags = new Tags { Title = "Ä", Artist = "B" }, Broadcast = new BroadcastInfo { Description = "D" } };
        byte[] ours = Export(extras), theirs = Export(extras with { Codec = NAudioCodec.Instance });
        Assert.Equal(ours, theirs);

        byte[] Export(ExportExtras with)
        {
            var file = new MemoryStream();
            TrackExporter.Export(SampleSource.Of(track), new ExportOptions { BitDepth = depth }, with, file);
            return file.ToArray();
        }
    }

    [Fact]
    public void Write_Pcm16_IsWhatNAudioReadsBack()
    {
        AudioBuffer track = Signals.Noise(44_100, 2, 1_001, 0.999, seed: 6);
        var file = new MemoryStream();
        using (ISampleWriter writer = NAudioCodec.Instance.CreateWav(file, new WavLayout(44_100, 2, BitDepth.Pcm16, track.Frames)))
        {
            writer.Write(track);
            writer.Complete();
        }

        file.Position = 0;
        using var wave = new WaveFileReader(file);
        Assert.Equal(1_001, wave.SampleCount);
        for (int i = 0; i < track.Frames; i++)
        {
            float[] frame = wave.ReadNextSampleFrame();
            // Half a code: our quantiser rounds, where NAudio's own conversion would cut off.
            Assert.InRange(Math.Abs(frame[0] - track[0][i]), 0, 0.5f / 32_768);
            Assert.InRange(Math.Abs(frame[1] - track[1][i]), 0, 0.5f / 32_768);
        }
    }

    [Fact]
    public void Write_TargetFails_IsItsOwnFaultAndEndsTheFile()
    {
        var target = new FullDisk(300_000);
        using ISampleWriter writer = NAudioCodec.Instance.CreateWav(target, new WavLayout(44_100, 2, BitDepth.Float, 100_000));
        Assert.Throws<IOException>(() => writer.Write(new AudioBuffer(44_100, 2, 100_000)));
        Assert.Throws<InvalidOperationException>(writer.Complete);
        long before = target.Length;
        writer.Dispose();
        Assert.Equal(before, target.Length);
    }

    sealed class FullDisk(int mostBytes) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Length + count > mostBytes) throw new IOException("The disk is full.");
            base.Write(buffer, offset, count);
        }
    }
}
