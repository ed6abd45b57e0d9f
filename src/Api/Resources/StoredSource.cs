using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Storage;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Api.Resources;

/// <summary>A file that lies in the store already, named in a JSON body: by its upload or by its path.</summary>
sealed record StoredSource(string? UploadId, string? Path)
{
    /// <summary>Takes the one field that names it; none or several are added to the faults.</summary>
    /// <param name="pathNames">What the path is called besides <c>blob</c>.</param>
    public static StoredSource Read(JsonFields fields, params ReadOnlySpan<string> pathNames)
    {
        string[] names = [.. pathNames, "blob", "upload_id"];
        string?[] values = [.. names.Select(fields.Text)];
        int given = values.Count(value => value is not null);
        if (given == 0) fields.Faults.TryAdd(names[0], $"'{names[0]}' is missing; {string.Join(" or ", names.Select(name => $"'{name}'"))} names the file.");
        if (given > 1) fields.Faults.TryAdd(names[0], $"Only one of {string.Join(", ", names.Select(name => $"'{name}'"))} can name the file.");
        return new(values[^1], values[..^1].FirstOrDefault(value => value is not null));
    }

    /// <exception cref="PipelineException">As <see cref="UploadDesk"/> and <see cref="StorePaths"/> say it.</exception>
    public Task<Upload> FindAsync(UploadDesk desk, JobKind kind, Caller caller, CancellationToken cancel) =>
        UploadId is not null ? desk.FindAsync(kind, UploadId, caller, cancel) : desk.FindAsync(kind, StorePaths.Parse(Path!), caller, cancel);
}
