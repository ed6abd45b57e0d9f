using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using DgxMusic.Audio.Wav;
using DgxMusic.Composer;
using DgxMusic.Composer.Synthesis;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Spectral;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Benchmarks;

/// <summary>What a separation by the served product costs beside the bare model in the same run, when it is first heard of, how well it knows its end, and what memory it takes.</summary>
static class SeparateSpeed
{
    const int RateHz = 44_100, BlockFrames = 1 << 15, Pairs = 3;
    const string FullSize = "full-size";

    public static IEnumerable<Measurement> Run()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-separate-");
        try
        {
            string weights = Path.Combine(folder.FullName, "full.safetensors");
            FullSizeWeights.Write(weights, FullSizeWeights.Published);
            foreach (Measurement one in Beside(folder, SpectralModel.ModelName, 180, () => new SpectralModel(), null)) yield return one;
            foreach (Measurement one in Beside(folder, FullSize, 47, () => HTDemucsBag.Load(FullSize, new ManagedEngine(0), [weights]), weights)) yield return one;
            foreach (int minutes in (int[])[1, 10, 60]) yield return Memory(folder, SpectralModel.ModelName, minutes, null);
            yield return Memory(folder, FullSize, 1, weights);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A job of the server, as it was watched.</summary>
    /// <param name="FirstTold">Seconds from handing it in until a part of its windows was told as done.</param>
    /// <param name="Ends">What the job said about its end, and when.</param>
    sealed record Watched(DateTime Started, DateTime Ended, double FirstTold, IReadOnlyList<(DateTime At, DateTime Expected)> Ends)
    {
        public double Seconds => (Ended - Started).TotalSeconds;

        /// <summary>Of all of its time, after that share of it; percent.</summary>
        public double EtaError(double share)
        {
            DateTime at = Started + (share * (Ended - Started));
            return Ends.Where(told => told.At <= at).Select(told => 100 * Math.Abs((told.Expected - Ended).TotalSeconds) / Seconds).LastOrDefault(100);
        }
    }

    static IEnumerable<Measurement> Beside(DirectoryInfo folder, string name, int seconds, Func<ISeparationModel> load, string? weights)
    {
        AudioBuffer music = Music(seconds);
        byte[] file = Write(music);
        List<Watched> served = [];
        List<double> bare = [];
        using ISeparationModel model = load();
        using (ServedProduct server = Serve(folder, weights))
        {
            Watch(server, file, name);
            Separate(model, music.Slice(0, 10 * RateHz));
            for (int pair = 0; pair < Pairs; pair++)
            {
                bare.Add(Measurement.SecondsOf(() => Separate(model, music)));
                served.Add(Watch(server, file, name));
            }
        }

        double asBare = bare.Order().ElementAt(Pairs / 2);
        yield return new($"separation of {seconds} s by {name}, served", [.. served.Select(job => seconds / job.Seconds)], "× real time", Text($"the bare model in the same run: {seconds / asBare:G4} × real time"));
        yield return new($"what serving adds to {name}", [.. served.Zip(bare, (job, alone) => 100 * ((job.Seconds / alone) - 1))], "%", "aim: 10 of a network; decoding, measuring and writing two tracks included");
        yield return new($"first progress of {name}", [.. served.Select(job => job.FirstTold)], "s", "from handing in to the first windows done");
        foreach (double share in (double[])[0.1, 0.3, 0.5])
            yield return new(Text($"error of {name}'s expected end after {share:P0} of the time"), [.. served.Select(job => job.EtaError(share))], "% of the time", "100: nothing was told yet");
    }

    static void Separate(ISeparationModel model, AudioBuffer music)
    {
        var measure = new TrackMeasure();
        measure.Add(music);
        IStemStream stream = model.Open(measure.Complete(), RateHz, new(), _ => { }, null, default);
        for (int from = 0; from < music.Frames; from += BlockFrames) stream.Process(music.Slice(from, Math.Min(BlockFrames, music.Frames - from)));
        stream.Complete();
    }

    static ServedProduct Serve(DirectoryInfo folder, string? weights)
    {
        ServedProduct server = ServedProduct.Start(folder.CreateSubdirectory(Guid.NewGuid().ToString("N")).FullName);
        if (weights is null) return server;
        using var content = new StreamContent(File.OpenRead(weights));
        using HttpResponseMessage answer = server.Http.PutAsync($"/api/v1/models/{FullSize}", content).GetAwaiter().GetResult();
        return answer.IsSuccessStatusCode ? server : throw new InvalidOperationException(answer.Content.ReadAsStringAsync().GetAwaiter().GetResult());
    }

    static Watched Watch(ServedProduct server, byte[] file, string model)
    {
        DateTime begun = DateTime.UtcNow;
        var part = new ByteArrayContent(file);
        part.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
        using var form = new MultipartFormDataContent { { new StringContent(model), "model" }, { part, "file", "music.wav" } };
        return WatchAsync(server, server.Http.PostAsync("/api/v1/separations", form), begun).GetAwaiter().GetResult();
    }

    static async Task<Watched> WatchAsync(ServedProduct server, Task<HttpResponseMessage> submission, DateTime begun)
    {
        using HttpResponseMessage answer = await submission;
        JsonElement accepted = await answer.Content.ReadFromJsonAsync<JsonElement>();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(accepted.GetRawText());
        double? first = null;
        List<(DateTime, DateTime)> ends = [];
        while (true)
        {
            JsonElement job = await server.JobAsync(accepted.GetProperty("job_id").GetString()!);
            if (job.GetProperty("status_message").GetString()!.Contains('%')) first ??= (DateTime.UtcNow - begun).TotalSeconds;
            if (job.GetProperty("expected_completion") is { ValueKind: JsonValueKind.String } end) ends.Add((DateTime.UtcNow, end.GetDateTime()));
            if (job.GetProperty("error_message").ValueKind == JsonValueKind.String) throw new InvalidOperationException(job.GetProperty("error_message").GetString());
            if (job.GetProperty("completed_at") is { ValueKind: JsonValueKind.String } completed) return new(job.GetProperty("started_at").GetDateTime(), completed.GetDateTime(), first ?? 0, ends);
            await Task.Delay(50);
        }
    }

    static Measurement Memory(DirectoryInfo folder, string model, int minutes, string? weights)
    {
        string path = Path.Combine(folder.FullName, $"{minutes}.wav");
        WriteLong(path, minutes);
        using ServedProduct server = Serve(folder, weights);
        Watched job = SeparateLongAsync(server, path, model).GetAwaiter().GetResult();
        File.Delete(path);
        return new($"most memory of the server, {minutes} min of stereo by {model}", [server.PeakBytes() / 1e6], "MB", Text($"aim: 1500; {60 * minutes / job.Seconds:F1} × real time"));
    }

    static async Task<Watched> SeparateLongAsync(ServedProduct server, string path, string model)
    {
        using HttpResponseMessage address = await server.Http.PostAsJsonAsync("/api/v1/uploads", new { file_name = "long.wav", bytes = new FileInfo(path).Length });
        JsonElement upload = await address.Content.ReadFromJsonAsync<JsonElement>();
        using var content = new StreamContent(File.OpenRead(path));
        using HttpResponseMessage sent = await server.Http.PutAsync(upload.GetProperty("upload_url").GetString(), content);
        if (!sent.IsSuccessStatusCode) throw new InvalidOperationException(await sent.Content.ReadAsStringAsync());
        return await WatchAsync(server, server.Http.PostAsJsonAsync("/api/v1/separations", new { upload_id = upload.GetProperty("upload_id").GetString(), model }), DateTime.UtcNow);
    }

    static AudioBuffer Music(int seconds)
    {
        var renderer = new ScoreRenderer(ScoreWriter.Write(new("driving rock", seconds, Seed: 1)).Score, RateHz);
        var mix = new AudioBuffer(RateHz, 2, seconds * RateHz);
        int at = 0;
        while (at < mix.Frames && renderer.RenderNext(out RenderedBlock block))
        {
            int count = Math.Min(block.Mix.Frames, mix.Frames - at);
            for (int channel = 0; channel < 2; channel++) block.Mix[channel][..count].CopyTo(mix[channel][at..]);
            at += count;
        }

        return mix;
    }

    internal static byte[] Write(AudioBuffer samples)
    {
        using var file = new MemoryStream();
        using var wav = new WavWriter(file, new(samples.SampleRateHz, samples.Channels, BitDepth.Pcm16, samples.Frames));
        wav.Write(samples);
        wav.Complete();
        return file.ToArray();
    }

    /// <summary>Mono, 8 bits a sample: an hour is below what an upload may have. The separators hear stereo all the same.</summary>
    internal static void WriteLong(string path, int minutes)
    {
        int bytes = 60 * minutes * RateHz;
        using var file = new BinaryWriter(File.Create(path));
        file.Write("RIFF"u8);
        file.Write(36 + bytes);
        file.Write("WAVEfmt "u8);
        foreach (int value in (int[])[16, 1 | (1 << 16), RateHz, RateHz, 1 | (8 << 16)]) file.Write(value);
        file.Write("data"u8);
        file.Write(bytes);
        byte[] second = new byte[RateHz];
        for (int n = 0; n < 60 * minutes; n++)
        {
            for (int i = 0; i < RateHz; i++)
                second[i] = (byte)(128 + (int)((40 * Math.Exp(-(i % (RateHz / 2)) / 3000.0) * Math.Sin(0.01 * (i % (RateHz / 2)))) + (30 * Math.Sin((0.05 + (0.01 * (n % 5))) * i))));
            file.Write(second);
        }
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
