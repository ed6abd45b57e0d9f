using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>
/// What is decided about the work of a request that may come again, before any of it is done: its name and its moment. The job of a repeated request then has
/// the same id and the same place in the queue, so that entering it again changes nothing.
/// </summary>
/// <param name="Digits">Eight hexadecimal digits of the job's id.</param>
/// <param name="At">When it is accepted, UTC.</param>
public sealed record WorkTicket(string Digits, DateTime At)
{
    const int Length = 8;

    public static WorkTicket Draw(DateTime at) => new(RandomNumberGenerator.GetHexString(Length, lowercase: true), at);

    /// <summary>That of one of several jobs of the same request.</summary>
    public WorkTicket Part(int index)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{Digits}:{At.Ticks}:{index}");
        return this with { Digits = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(name)))[..Length] };
    }
}
