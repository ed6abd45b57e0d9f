using DgxMusic.Audio.Decoding;
using DgxMusic.Contracts;
using static DgxMusic.Audio.Tests.RiffBytes;

namespace DgxMusic.Audio.Tests;

public sealed class AudioFileTests : IDisposable
{
    static readonly byte[] wav = Riff(Format(Pcm, 1, 48_000, 16), Chunk("data", [.. U16(1), .. U16(2)]));

    static readonly byte[] aiff = AiffBytes.AiffFile(
        AiffBytes.Common(1, 2, 16, AiffBytes.Rate48000), AiffBytes.Sound([0, 1, 0, 2]));

    readonly ScratchFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory, InlineData(true), InlineData(false), Trait("Requirement", "X-13")]
    public void Open_WavOrAiff_ReadsItFromFileStreamAndPipe(bool isWav)
    {
        byte[] file = isWav ? wav : aiff;
        string path = folder.Write(isWav ? "a.wav" : "a.aif", file);
        using var fromFile = AudioFile.Open(path);
        using var fromStream = AudioFile.Open(new MemoryStream(file));
        using var fromPipe = AudioFile.Open(new PipeStream(file));
        foreach (var reader in new[] { fromFile, fromStream, fromPipe })
        {
            Assert.Equal(isWav ? "wav" : "aiff", reader.Format.Container);
            Assert.Equal([1 / 32768f, 2 / 32768f], reader.ReadAll()[0].ToArray());
            Assert.Empty(reader.Warnings);
        }
    }

    [Fact]
    public void Open_StreamThatStandsInTheMiddle_ReadsFromThere()
    {
        var stream = new MemoryStream([9, 9, 9, .. wav]) { Position = 3 };
        using var reader = AudioFile.Open(stream);
        Assert.Equal(2, reader.ReadAll().Frames);
    }

    [Theory]
    [InlineData("song.mp3", "The name ends in .mp3, the content is WAV."), InlineData("song.WAV", null), InlineData("song", null), InlineData(null, null)]
    [Trait("Requirement", "X-13")]
    public void Open_NameOfAnotherFormat_IsReadWithAWarning(string? name, string? warning)
    {
        using var reader = AudioFile.Open(new MemoryStream(wav), name);
        Assert.Equal(2, reader.ReadAll().Frames);
        Assert.Equal(warning is null ? [] : [warning], reader.Warnings);
    }

    [Fact, Trait("Requirement", "A-27")]
    public void Open_NoSuchFile_IsFileNotFound()
    {
        var fault = Assert.Throws<PipelineException>(() => AudioFile.Open(folder["none.wav"]));
        Assert.Equal(Problem.FileNotFound, fault.Problem);
        Assert.Equal("There is no file 'none.wav'.", fault.Message);
    }

    public static TheoryData<byte[], string> NotAudio => new()
    {
        { [], "This is an empty file;" },
        { "PK\u0003\u0004aaaaaaaaaaaaaaaa"u8.ToArray(), "This is a ZIP archive;" },
        { "Lorem ipsum dolor sit amet"u8.ToArray(), "This is text;" },
        { "short\nline"u8.ToArray(), "This is text;" },
        { "%PDF-1.7 aaaaaaaaaaaa"u8.ToArray(), "This is a PDF document;" },
        { [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "This is a picture;" },
        { [0x89, (byte)'P', (byte)'N', (byte)'G', 1, 2, 3, 4, 5, 6, 7, 8, 9], "This is a picture;" },
        { [.. "RIFF"u8, .. U32(40), .. "AVI "u8, .. new byte[40]], "This is no audio we know (it begins 52494646);" },
        { new byte[64], "This is no audio we know (it begins 00000000);" },
        { [0xFF, 0xEB, 0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0], "This is no audio we know (it begins FFEB9000);" },
        { [0xFF, 0xFB, 0xF0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "This is no audio we know (it begins FFFBF000);" },
    };

    [Theory, MemberData(nameof(NotAudio)), Trait("Requirement", "A-27")]
    public void Open_WhatIsNotAudio_IsUnreadableWhateverItsName(byte[] content, string sentence)
    {
        string path = folder.Write("song.wav", content);
        Func<ISampleReader>[] ways =
        [
            () => AudioFile.Open(new MemoryStream(content), "song.wav"), () => AudioFile.Open(new PipeStream(content), "song.wav"), () => AudioFile.Open(path),
        ];
        foreach (var open in ways)
        {
            var fault = Assert.Throws<PipelineException>(open);
            Assert.Equal(Problem.UnreadableAudio, fault.Problem);
            Assert.StartsWith(sentence, fault.Message);
        }
    }

    public static TheoryData<byte[], string> Signatures => new()
    {
        { [.. "fLaC"u8, .. new byte[20]], "flac" },
        { [.. "OggS"u8, .. new byte[20]], "ogg" },
        { [0, 0, 0, 32, .. "ftypM4A "u8, .. new byte[20]], "m4a" },
        { [0xFF, 0xFB, 0x90, 0x64, .. new byte[20]], "mp3" },
        { [0xFF, 0xF3, 0x90, 0x64, .. new byte[20]], "mp3" },
        { [0xFF, 0xF1, 0x50, 0x80, .. new byte[20]], "aac" },
        { [.. "ID3"u8, 4, 0, 0, 0, 0, 1, 2, .. new byte[130], 0xFF, 0xFB, 0x90, 0x64, .. new byte[20]], "mp3" },
        { [.. "ID3"u8, 4, 0, 0, 0, 0, 1, 2, .. new byte[130], .. "fLaC"u8, .. new byte[20]], "flac" },
        { [.. "ID3"u8, 4, 0, 0x10, 0, 0, 0, 2, .. new byte[12], 0xFF, 0xF1, 0x50, 0x80, .. new byte[20]], "aac" },
        { [.. "ID3"u8, 3, 0, 0, 0x7F, 0x7F, 0x7F, 0x7F, 0, 0, 0], "mp3" },
        { [.. "ID3"u8, 3, 0, 0, 0, 0, 0, 1, 0, 0, 0], "mp3" },
    };

    [Theory, MemberData(nameof(Signatures)), Trait("Requirement", "X-13")]
    public void Sniff_EverySignature_IsKnown(byte[] content, string name) => Assert.Equal(name, ContentSniffer.Sniff(new MemoryStream(content)).Name);

    [Fact, Trait("Requirement", "X-13")]
    public void Open_ZeroFrames_OpensAndReadsNothing()
    {
        using var reader = AudioFile.Open(new MemoryStream(Riff(Format(Pcm, 2, 44_100, 16), Chunk("data", []))));
        Assert.Equal(0, reader.Frames);
        Assert.Equal(0, reader.ReadAll().Frames);
    }

    [Theory, InlineData(true), InlineData(false), Trait("Requirement", "X-14")]
    public void Open_NotANumber_IsRefusedUnlessToldOtherwise(bool refuse)
    {
        byte[] file = Riff(Format(RiffBytes.Float, 1, 48_000, 32), Chunk("data", BitConverter.GetBytes(float.NaN)));
        using var reader = AudioFile.Open(new MemoryStream(file), options: new() { RefuseInvalidSamples = refuse });
        if (refuse) Assert.Equal(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => reader.ReadAll()).Problem);
        else Assert.True(float.IsNaN(reader.ReadAll()[0][0]));
    }

    [Fact]
    public void Open_Fault_LeavesTheStreamToTheCaller()
    {
        var stream = new PipeStream(Riff(Format(0x55, 1, 48_000, 16), Chunk("data", [])));
        Assert.Throws<PipelineException>(() => AudioFile.Open(stream));
        Assert.False(stream.Disposed);
    }

    [Theory, InlineData(0), InlineData(10), InlineData(65_535), InlineData(65_536), InlineData(70_001)]
    public void ReadAll_UpToTheLimit_ReadsAllAndRefusesOneMore(int frames)
    {
        using var fits = new BufferReader(Signals.Noise(48_000, 2, frames, 1, seed: 2));
        Assert.Equal(frames, fits.ReadAll(frames).Frames);
        using var exceeds = new BufferReader(Signals.Noise(48_000, 2, frames + 1, 1, seed: 2));
        Assert.Equal(Problem.TrackTooLong, Assert.Throws<PipelineException>(() => exceeds.ReadAll(frames)).Problem);
    }
}
