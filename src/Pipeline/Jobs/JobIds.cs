using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using DgxMusic.Contracts;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Names of jobs: a prefix that tells the kind and eight lower-case hexadecimal digits.</summary>
public static partial class JobIds
{
    public static string Draw(JobKind kind) => $"{Prefix(kind)}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";

    /// <summary>The id that these terms want, or a drawn one.</summary>
    public static string For(JobKind kind, JobTerms terms) => terms.Ticket is { } ticket ? $"{Prefix(kind)}_{ticket.Digits}" : terms.JobId ?? Draw(kind);

    /// <exception cref="PipelineException"><see cref="Problem.JobNotFound"/>: no job can have this name.</exception>
    public static string Check(string id) => IsOne(id)
        ? id
        : throw new PipelineException(Problem.JobNotFound, "A job id is a prefix and eight hexadecimal digits, such as gen_ab12cd34.");

    public static bool IsOne(string id) => Form().IsMatch(id);

    public static string DateFolder(DateTime createdAt) => createdAt.ToString("yyyy/MM/dd", CultureInfo.InvariantCulture);

    static string Prefix(JobKind kind) => kind switch { JobKind.Generation => "gen", JobKind.Export or JobKind.Analysis or JobKind.Benchmark or JobKind.Reproduction => "exp", JobKind.Separation or JobKind.SeparationBatch or JobKind.LiveSeparation => "sep", _ => throw new ArgumentOutOfRangeException(nameof(kind)) };

    [GeneratedRegex(@"\A(gen|sep|stem|chain|node|exp)_[0-9a-f]{8}\z")]
    private static partial Regex Form();
}
