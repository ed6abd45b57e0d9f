using System.Security.Cryptography;
using System.Text.RegularExpressions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Uploads;

/// <summary>Names of uploads: <c>upl_</c> and eight lower-case hexadecimal digits.</summary>
public static partial class UploadIds
{
    public static string Draw() => $"upl_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";

    /// <summary>The one upload of a request that may come again.</summary>
    public static string Of(WorkTicket ticket) => $"upl_{ticket.Digits}";

    public static bool IsOne(string id) => Form().IsMatch(id);

    /// <summary>The upload that a file belongs to; null where it is none's.</summary>
    public static string? OfPath(BlobRef blob) =>
        blob.Container == Containers.Uploads && blob.Path.Split('/') is [_, _, _, { } id, ..] && IsOne(id) ? id : null;

    [GeneratedRegex(@"\Aupl_[0-9a-f]{8}\z")]
    private static partial Regex Form();
}
