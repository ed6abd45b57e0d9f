using System.Text.RegularExpressions;

namespace DgxMusic.Contracts.Tests;

/// <summary>Holds the list of requirements against the tests that name them.</summary>
public sealed partial class RequirementsTests
{
    static readonly string testsFolder = FindTestsFolder();

    [Fact]
    public void Requirements_MarkedBuilt_HaveATestThatNamesThem()
    {
        IReadOnlySet<string> proved = Proved();
        string[] unproved = [.. Listed().Where(requirement => requirement.Built && !proved.Contains(requirement.Number)).Select(requirement => requirement.Number)];
        Assert.True(unproved.Length == 0, $"No test names {string.Join(", ", unproved)}.");
    }

    [Fact]
    public void Tests_NamedRequirements_AreListed()
    {
        HashSet<string> listed = [.. Listed().Select(requirement => requirement.Number)];
        string[] unknown = [.. Proved().Where(number => !listed.Contains(number))];
        Assert.True(unknown.Length == 0, $"Requirements.md does not list {string.Join(", ", unknown)}.");
    }

    [Fact]
    public void Requirements_Numbers_StandOnce()
    {
        string[] numbers = [.. Listed().Select(requirement => requirement.Number)];
        Assert.Equal(179, numbers.Length);
        Assert.Equal(numbers.Length, numbers.Distinct().Count());
    }

    static IEnumerable<(string Number, bool Built)> Listed() => File.ReadLines(Path.Combine(testsFolder, "Requirements.md"))
        .Select(line => Line().Match(line))
        .Where(match => match.Success)
        .Select(match => (match.Groups["number"].Value, match.Groups["state"].Value == "built"));

    static HashSet<string> Proved() => [.. Directory.EnumerateFiles(testsFolder, "*.cs", SearchOption.AllDirectories)
        .SelectMany(file => Named().Matches(File.ReadAllText(file)))
        .Select(match => match.Groups["number"].Value)];

    static string FindTestsFolder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Requirements.md"))) return folder.FullName;
        }

        throw new InvalidOperationException("Requirements.md is in no folder above the tests.");
    }

    [GeneratedRegex(@"^- (?<number>[XABCD]-\d\d) \((?<state>built|planned)\) \S")]
    private static partial Regex Line();

    [GeneratedRegex(@"\bTrait\(""Requirement"", ""(?<number>[^""]+)""\)")]
    private static partial Regex Named();
}
