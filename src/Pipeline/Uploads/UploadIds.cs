using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace DgxMusic.Pipeline.Uploads;

/// <summary>Names of uploads: <c>upl_</c> and eight lower-case hexadecimal digits.</summary>
public static partial class UploadIds
{
    public static string Draw() => $"upl_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";

    public static bool IsOne(string id) => Form().IsMatch(id);

    [GeneratedRegex(@"\Aupl_[0-9a-f]{8}\z")]
    private static partial Regex Form();
}
