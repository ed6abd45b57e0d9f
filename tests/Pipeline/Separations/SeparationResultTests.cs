using DgxMusic.Audio;
using DgxMusic.Audio.Export;
using DgxMusic.Audio.Tagging;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Tests.Separations;

/// <summary>The files of a separation and what is said of them.</summary>
public sealed class SeparationResultTests
{
    static readonly byte[] png =
    [
        0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55,
    ];

    [Fact]
    [Trait("Requirement", "D-04")]
    public async Task SeparateTrack_NothingAsked_GivesVocalsAndTheSumOfTheRest()
    {
        using SeparationStory story = new(null), all = new(null);
        SeparationResult two = await story.CompleteAsync(SeparationStory.Floats("vocals", "instrumental") with { Model = "spectral" });
        SeparationResult four = await all.CompleteAsync(SeparationStory.Floats() with { Model = "spectral" });
        Assert.Equal(["vocals", "instrumental"], two.Tracks.Select(track => track.Track));
        Assert.Equal(["drums", "bass", "other", "vocals"], four.Tracks.Select(track => track.Track));

        AudioBuffer instrumental = await story.ReadAsync(two, "instrumental");
        AudioBuffer[] rest = [await all.ReadAsync(four, "drums"), await all.ReadAsync(four, "bass"), await all.ReadAsync(four, "other")];
        for (int n = 0; n < instrumental.Frames; n++) Assert.Equal(rest.Sum(stem => (double)stem[0][n]), instrumental[0][n], 1e-7);   // rounded once to float32
        Assert.Equal(await all.BytesAsync(four, "vocals"), await story.BytesAsync(two, "vocals"));
    }

    [Fact]
    [Trait("Requirement", "D-05")]
    public async Task SeparateTrack_NothingAskedOfAModelWithoutVocals_GivesWhatItHas()
    {
        using var story = new SeparationStory(new() { Stems = ["drums", "other"] });
        SeparationResult result = await story.CompleteAsync(new SeparationRequest { Model = "htdemucs" });
        Assert.Equal(["drums", "other"], result.Tracks.Select(track => track.Track));
        Assert.Contains(result.Warnings, warning => warning.Contains("has no vocals", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "D-07")]
    public async Task SeparateTrack_ModelTooLargeForTheGpu_NamesTheOneThatRanInItsPlace()
    {
        using var story = new SeparationStory(new("htdemucs_ft"), [new WindowedFake()], freeMb: 5000);
        SeparationResult result = await story.CompleteAsync(SeparationStory.Floats() with { Model = "htdemucs_ft" });
        Assert.Equal("htdemucs", result.Engine.Name);
        Assert.Contains(result.Warnings, warning => warning.Contains("htdemucs takes its place", StringComparison.Ordinal));
        Assert.Equal("htdemucs", (await story.Host.Ledger.GetAsync(story.JobId)).Model);
    }

    [Fact]
    [Trait("Requirement", "D-02")]
    [Trait("Requirement", "D-03")]
    public async Task SeparateTrack_WavOfAnotherRate_GivesSixteenBitsAtTheModelsRateUnlessAsked()
    {
        var song = new AudioBuffer(2 * WindowedFake.RateHz, 2, 9_000);
        for (int n = 0; n < song.Frames; n++) song[0][n] = song[1][n] = 0.25f * MathF.Sin(n * 0.05f);
        using SeparationStory usual = new(new(), song), kept = new(new(), song);
        SeparationResult plain = await usual.CompleteAsync(SeparationStory.Floats() with { BitDepth = null });
        SeparationResult asked = await kept.CompleteAsync(SeparationStory.Floats() with { BitDepth = "source", KeepSampleRate = true });
        Assert.All(plain.Tracks, track => Assert.Equal((FileFormat.Wav, BitDepth.Pcm16, WindowedFake.RateHz), (track.Format, track.BitDepth, track.SampleRateHz)));
        Assert.All(asked.Tracks, track => Assert.Equal((FileFormat.Wav, BitDepth.Float, 2 * WindowedFake.RateHz, 9_000L), (track.Format, track.BitDepth, track.SampleRateHz, track.Frames)));
    }

    [Fact]
    [Trait("Requirement", "D-46")]
    public async Task SeparateTrack_AutoFormat_SaysWhy()
    {
        using var story = new SeparationStory(new());
        SeparationResult result = await story.CompleteAsync(SeparationStory.Floats() with { OutputFormat = "auto", BitDepth = null });
        Assert.Equal((FileFormat.Wav, BitDepth.Float), (result.Format.Format, result.Format.BitDepth));
        Assert.Contains("FLAC has not", result.Format.Reason, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "D-47")]
    public async Task SeparateTrack_TagsAndCover_ComeAlongWithTheTracksName()
    {
        var tags = new Tags { Title = "Long Road", Artist = "Somebody", Album = "Roads", Year = 2021, Track = "3/12", Cover = CoverPicture.Of(png) };
        using var file = new MemoryStream();
        TrackExporter.Export(SampleSource.Of(SeparationStory.Song), new() { Normalize = false }, new ExportExtras { Tags = tags }, file);
        using var story = new SeparationStory(new()) { File = file.ToArray() };
        SeparationResult result = await story.CompleteAsync(SeparationStory.Floats("vocals", "instrumental") with { Title = null });
        foreach ((string track, string title) in ((string, string)[])[("vocals", "Long Road (Vocals)"), ("instrumental", "Long Road (Instrumental)")])
        {
            using var written = new MemoryStream(await story.BytesAsync(result, track));
            Tags read = AudioFile.ReadTags(written);
            Assert.Equal((title, "Somebody", "Roads", 2021, "3/12"), (read.Title, read.Artist, read.Album, read.Year, read.Track));
            Assert.Equal(png, read.Cover!.Content.ToArray());
        }
    }

    [Fact]
    [Trait("Requirement", "D-44")]
    public async Task SeparateTrack_PostProcess_AddsSecondFilesAndLeavesTheFirstAlone()
    {
        using SeparationStory plain = new(new()), cleaned = new(new());
        SeparationRequest request = SeparationStory.Floats("vocals", "instrumental");
        SeparationResult before = await plain.CompleteAsync(request);
        SeparationResult after = await cleaned.CompleteAsync(request with { PostProcess = new(DeBleed: new(), Gate: new(ThresholdDbfs: -1), TargetLufs: -30) });
        Assert.Equal(["vocals", "instrumental", "vocals_processed", "instrumental_processed"], after.Tracks.Select(track => track.Track));
        foreach (string track in (string[])["vocals", "instrumental"])
        {
            Assert.Equal(await plain.BytesAsync(before, track), await cleaned.BytesAsync(after, track));
            Assert.Equal(before.Tracks[0].Frames, after.Tracks.Single(one => one.Track == track + "_processed").Frames);
            Assert.NotEqual(await cleaned.BytesAsync(after, track), await cleaned.BytesAsync(after, track + "_processed"));
        }
    }

    [Fact]
    [Trait("Requirement", "D-45")]
    public async Task SeparateTrack_Reference_IsComparedAndQualityTold()
    {
        using SeparationStory first = new(new()), second = new(new());
        SeparationResult made = await first.CompleteAsync();
        var truth = new BlobRef(Containers.Uploads, "2026/11/20/upl_87654321/original.wav");
        await second.StoreAsync(truth, await first.BytesAsync(made, "vocals"));
        SeparationResult compared = await second.CompleteAsync(SeparationStory.Floats() with { References = new Dictionary<string, string> { ["vocals"] = truth.ToString(), ["drums"] = truth.ToString() } });
        Assert.Equal(["vocals", "drums"], compared.Compared.Select(report => report.Track));
        Assert.True(compared.Compared[0].Distortion.IsExact);
        Assert.False(compared.Compared[1].Distortion.IsExact);
        Assert.NotNull(compared.Compared[1].Distortion.GlobalDb);
        // What it was compared with is no part of how it was made, and its name has a date and an id.
        SeparationManifest plain = (await SeparationManifest.ReadAsync(first.Host.Blobs, made.Manifest, default))!, manifest = (await SeparationManifest.ReadAsync(second.Host.Blobs, compared.Manifest, default))!;
        Assert.Empty(manifest.Request.References);
        Assert.Equal(plain.Outputs, manifest.Outputs);
        Assert.NotNull(compared.Quality.ReconstructionErrorDb);
        Assert.All(compared.Quality.Tracks, track => Assert.True(track.Peak > 0 && track.SilenceShare < 1));
    }

    [Fact]
    [Trait("Requirement", "D-08")]
    [Trait("Requirement", "D-09")]
    public async Task SeparateTrack_DeviceAskedFor_IsNamedWithItsSegments()
    {
        using SeparationStory free = new(new()), bound = new(new());
        SeparationResult onGpu = await free.CompleteAsync(), onCpu = await bound.CompleteAsync(SeparationStory.Floats() with { Device = DeviceChoice.Cpu });
        Assert.Equal((40.0, 20.0, "cpu"), (onGpu.Segment!.RuleSeconds, onCpu.Segment!.RuleSeconds, onCpu.Device));
        Assert.Equal(onGpu.Segment.EffectiveSeconds, onCpu.Segment.EffectiveSeconds);
        Assert.True(onGpu.Segment.EffectiveSeconds < 1);   // what the model hears at once
        Assert.Contains(await bound.UpdatesAsync(), update => update.StatusMessage.Contains("The CPU was asked for.", StringComparison.Ordinal));
    }
}
