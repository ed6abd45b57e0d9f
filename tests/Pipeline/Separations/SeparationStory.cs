using System.Security.Cryptography;
using DgxMusic.Audio;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Tests.Uploads;
using DgxMusic.Pipeline.Uploads;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Tests.Separations;

/// <summary>One separation on memory storage, from its upload to its end.</summary>
sealed class SeparationStory : IDisposable
{
    public const int Stride = 750;

    public static readonly BlobRef Source = new(Containers.Uploads, "2026/11/20/upl_12345678/original.wav");

    /// <summary>Stereo, so that channels that change places are found; 21 strides, the last one short.</summary>
    public static readonly AudioBuffer Song = Noise((20 * Stride) + 123);

    /// <summary>The upload.</summary>
    public byte[] File { get; init; }

    Job? job;

    /// <param name="fake">Null: our own separators and their mocks.</param>
    public SeparationStory(WindowedFake? fake, AudioBuffer? song = null, params (string Name, string Value)[] settings)
        : this(fake is null ? [] : [fake], 80_000, song, settings)
    {
    }

    /// <param name="others">Are installed too.</param>
    /// <param name="freeMb">What its GPU has room for.</param>
    public SeparationStory(WindowedFake fake, IEnumerable<WindowedFake> others, long freeMb)
        : this([fake, .. others], freeMb, null, [])
    {
    }

    /// <param name="add">Adds what the test puts in the place of ours.</param>
    public static SeparationStory With(Action<IServiceCollection> add, params (string Name, string Value)[] settings) => new([new WindowedFake()], 80_000, null, settings, add);

    /// <inheritdoc cref="With(Action{IServiceCollection}, ValueTuple{string, string}[])"/>
    public static SeparationStory With(WindowedFake fake, Action<IServiceCollection> add) => new([fake], 80_000, null, [], add);

    SeparationStory(IReadOnlyList<WindowedFake> fakes, long freeMb, AudioBuffer? song, (string Name, string Value)[] settings, Action<IServiceCollection>? add = null)
    {
        File = Waves.Of(song ?? Song, BitDepth.Float);
        Host = new(
            services =>
            {
                foreach (WindowedFake fake in fakes) services.AddSingleton<ISourceSeparator>(fake);
                if (fakes.Count > 0) services.AddSingleton<IGpuProbe>(new OneGpu(freeMb));
                add?.Invoke(services);
            },
            settings: settings);
    }

    public TestHost Host { get; }

    public string JobId => job!.JobId;

    public static SeparationRequest Floats(params string[] stems) => new() { Model = "htdemucs", BitDepth = "FLOAT", Stems = stems.Length == 0 ? [SeparationRequest.All] : stems, Title = "Song" };

    public static AudioBuffer Noise(int frames, float level = 0.5f)
    {
        var song = new AudioBuffer(WindowedFake.RateHz, 2, frames);
        uint state = 12345;
        for (int n = 0; n < frames; n++)
        {
            for (int channel = 0; channel < 2; channel++)
            {
                state = (state * 1_664_525) + 1_013_904_223;
                song[channel][n] = level * ((int)state / 2_147_483_648f);
            }
        }

        return song;
    }

    public async Task<Job> SubmitAsync(SeparationRequest request)
    {
        await StoreAsync(Source, File);
        return job = await Host.Get<SeparationDesk>().SubmitAsync(new Upload(JobIds.Draw(JobKind.Separation), Source, "song.wav"), request, JobTerms.Local);
    }

    public async Task StoreAsync(BlobRef name, byte[] content)
    {
        await using BlobWriter writer = await Host.Blobs.CreateAsync(name);
        await writer.Stream.WriteAsync(content);
        await writer.CommitAsync();
    }

    public async Task<Job> EndAsync()
    {
        await Host.Orchestrator.RunAllAsync();
        return job = await Host.Ledger.GetAsync(JobId);
    }

    public async Task<Job> RunAsync(SeparationRequest? request = null)
    {
        await SubmitAsync(request ?? Floats());
        return await EndAsync();
    }

    /// <exception cref="Xunit.Sdk.XunitException">It has not completed.</exception>
    public async Task<SeparationResult> CompleteAsync(SeparationRequest? request = null)
    {
        Job ended = await RunAsync(request);
        Assert.True(ended.Status == JobStatus.Completed, $"{ended.Status}: {ended.ErrorMessage}");
        return Payload.Read<SeparationResult>(ended.Result!.Value);
    }

    public Task CancelAsync() => Host.Desk.CancelAsync(JobId, Caller.Owner, force: true);

    public async Task<IReadOnlyList<JobUpdate>> UpdatesAsync() => [.. (await Host.Events.ReadAsync(JobId, 0, 10_000)).Select(logged => Payload.Read<JobUpdate>(logged.Data))];

    public IEnumerable<string> Ran(string activity) => Host.Orchestrator.Ran.Where(name => name.StartsWith(activity, StringComparison.Ordinal));

    /// <summary>The parts as they were asked for, in that order; faulty ones too.</summary>
    public IReadOnlyList<SegmentRequest> Parts => [.. Host.Orchestrator.Calls.Where(call => call.Name.StartsWith(nameof(SeparateSegments), StringComparison.Ordinal)).Select(call => Payload.Read<SegmentRequest>(System.Text.Json.JsonDocument.Parse(call.Input).RootElement))];

    public async Task<byte[]> BytesAsync(SeparationResult result, string track)
    {
        await using Stream stream = (await Host.Blobs.OpenReadAsync(result.Tracks.Single(one => one.Track == track).File))!;
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    public async Task<AudioBuffer> ReadAsync(SeparationResult result, string track)
    {
        await using Stream stream = (await Host.Blobs.OpenReadAsync(result.Tracks.Single(one => one.Track == track).File))!;
        using ISampleReader reader = AudioFile.Open(stream, "track.wav", leaveOpen: true);
        var samples = new AudioBuffer(reader.Format.SampleRateHz, reader.Format.Channels, (int)reader.Frames!.Value);
        for (int at = 0; at < samples.Frames;) at += reader.Read(samples.Slice(at, samples.Frames - at));
        return samples;
    }

    /// <summary>Every published file's name and content, without the job's id.</summary>
    public async Task<string> DigestAsync()
    {
        List<string> lines = [];
        foreach (string name in Host.Blobs.Names)
        {
            await using Stream stream = (await Host.Blobs.OpenReadAsync(BlobRef.Parse(name)))!;
            lines.Add($"{name.Replace(JobId, "*", StringComparison.Ordinal)} {Convert.ToHexStringLower(await SHA256.HashDataAsync(stream))}");
        }

        return string.Join('\n', lines);
    }

    /// <summary>Nothing is left but what was uploaded.</summary>
    public void AssertOnlyUpload() => Assert.Equal([Source.ToString()], Host.Blobs.Names);

    public void Dispose() => Host.Dispose();

    sealed class OneGpu(long freeMb) : IGpuProbe
    {
        public GpuReport Look() => new(true, [new("One", 80_000, freeMb)], null);
    }
}
