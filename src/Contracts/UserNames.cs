using System.Text;

namespace DgxMusic.Contracts;

/// <summary>Names that callers give: letters and digits of any script, <c>_ - .</c>, 1 to 255 characters, no leading dot.</summary>
public static class UserNames
{
    const int Longest = 255;

    /// <param name="longest">Characters, where fewer are accepted.</param>
    public static bool IsOne(string name, int longest = Longest) => name.Length >= 1 && name.Length <= longest && name[0] != '.' && !name.Contains("..", StringComparison.Ordinal)
        && name.EnumerateRunes().All(rune => Rune.IsLetterOrDigit(rune) || rune.Value is '_' or '-' or '.');

    /// <exception cref="PipelineException"><see cref="Problem.InvalidName"/></exception>
    public static string Check(string name, int longest = Longest) => IsOne(name, longest) ? name
        : throw new PipelineException(Problem.InvalidName, $"A name has 1 to {longest} letters, digits, '_', '-' and '.', does not begin with a dot and has no two together.");
}
