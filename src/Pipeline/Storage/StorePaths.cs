using System.Globalization;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Storage;

/// <summary>Paths in the store as callers write them: <c>outputs/2026/11/20/gen_ab12cd34.wav</c>, or without the container for the outputs.</summary>
public static class StorePaths
{
    const string UsualExtension = ".wav";

    /// <summary>Containers that callers can name. Scratch is not theirs.</summary>
    public static IReadOnlyList<string> Containers { get; } = [Ports.Containers.Outputs, Ports.Containers.Stems, Ports.Containers.Chains, Ports.Containers.Uploads];

    /// <exception cref="PipelineException"><see cref="Problem.PathOutsideStore"/>: the path leads elsewhere, also when it is percent-encoded once more.</exception>
    public static BlobRef Parse(string path)
    {
        if (path.Contains('%') && Uri.UnescapeDataString(path) is { } plain && plain != path) Parse(plain);
        int slash = path.IndexOf('/');
        bool named = slash > 0 && Containers.Contains(path[..slash]);
        if (slash > 0 && path[..slash] == Ports.Containers.Work) throw new PipelineException(Problem.PathOutsideStore, "Scratch of running jobs is not served.");
        return BlobNames.Checked(named ? new(path[..slash], path[(slash + 1)..]) : new(Ports.Containers.Outputs, path));
    }

    /// <summary>Where a job's output lies: <c>YYYY/MM/DD/{name}{extension}</c>.</summary>
    /// <param name="name">A job's id or any name: letters and digits of any script, <c>_ - .</c></param>
    /// <param name="extension">With or without its dot; <c>.wav</c> unless given. Not added to a name that has it.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidName"/></exception>
    public static BlobRef Output(string name, string? extension, DateTime date)
    {
        string dotted = string.IsNullOrEmpty(extension) ? UsualExtension : extension[0] == '.' ? extension : "." + extension;
        bool hasIt = name.EndsWith(dotted, StringComparison.OrdinalIgnoreCase);
        return new(Ports.Containers.Outputs, $"{JobIds.DateFolder(date)}/{UserNames.Check(hasIt ? name : name + dotted)}");
    }

    /// <exception cref="PipelineException"><see cref="Problem.MalformedRequest"/>: not <c>YYYY-MM-DD</c>.</exception>
    public static DateTime? ParseDate(string name, string text) => text.Length == 0 ? null
        : DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime day) ? day
        : throw new PipelineException(Problem.MalformedRequest, $"'{name}' is a day such as 2026-11-20.");
}
