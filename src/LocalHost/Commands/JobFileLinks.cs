using System.Text.Json;
using DgxMusic.Api.Resources;

namespace DgxMusic.LocalHost.Commands;

/// <summary>The files in a job's result, whatever its kind: every object there that has a path and an address.</summary>
static class JobFileLinks
{
    /// <summary>Name of the file that a separation took apart.</summary>
    public const string Original = "original";

    /// <summary>By the name that the job's own address of the file ends with.</summary>
    public static Dictionary<string, FileLink> Of(JobResource job)
    {
        var files = new Dictionary<string, FileLink>();
        if (job.Result is { } result) Collect(result, files);
        return files;
    }

    /// <summary>What a file is called outside the store: its job's id and what it is.</summary>
    public static string NameOf(JobResource job, string name, FileLink file)
    {
        string stored = file.Path[(file.Path.LastIndexOf('/') + 1)..];
        return stored.StartsWith(job.JobId, StringComparison.Ordinal) || name == "file" ? stored : $"{job.JobId}.{stored}";
    }

    static void Collect(JsonElement element, Dictionary<string, FileLink> files)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray()) Collect(item, files);
        }

        if (element.ValueKind != JsonValueKind.Object) return;
        if (LinkOf(element) is { } link) files.TryAdd(Uri.UnescapeDataString(link.Url[(link.Url.LastIndexOf('/') + 1)..]), link);
        foreach (JsonProperty property in element.EnumerateObject()) Collect(property.Value, files);
    }

    static FileLink? LinkOf(JsonElement element)
    {
        if (!element.TryGetProperty("path", out JsonElement path) || path.ValueKind != JsonValueKind.String) return null;
        bool has = element.TryGetProperty("url", out JsonElement url) || element.TryGetProperty("download_url", out url);
        return has && url.ValueKind == JsonValueKind.String ? new(path.GetString()!, url.GetString()!) : null;
    }
}
