using System.Text.RegularExpressions;

namespace DgxMusic.Contracts.Tests.Deployment;

/// <summary>What the program's sources say of settings and functions, also those of projects that this configuration does not build.</summary>
sealed partial class Sources
{
    public static readonly string Root = FindRoot();

    readonly string[] files = [.. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories).Where(IsOurs).Select(File.ReadAllText)];

    public static string Read(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path]));

    /// <summary>Names as the environment has them: <c>Section__Setting</c>, or one that the code reads by itself.</summary>
    public HashSet<string> Settings() => [
        .. files.SelectMany(text => Bound().Matches(text)).SelectMany(match => PropertiesOf(match.Groups["type"].Value).Select(property => $"{match.Groups["section"].Value}__{property}")),
        .. files.SelectMany(text => ReadByName().Matches(text)).Select(match => match.Groups["name"].Value)];

    /// <summary>Names of the functions of the Functions host.</summary>
    public HashSet<string> Functions() => [.. files.SelectMany(text => Function().Matches(text)).Select(match => NameOf().Replace(match.Groups["name"].Value, "$1").Replace(" + ", "").Replace("\"", ""))];

    /// <summary>Values of the constants of a class that holds names.</summary>
    public IEnumerable<string> Words(string type) => files
        .Select(text => Regex.Match(text, $@"^public static class {type}\r?\n\{{(?<body>.*?)^\}}", RegexOptions.Multiline | RegexOptions.Singleline)).Where(match => match.Success)
        .SelectMany(match => Word().Matches(match.Groups["body"].Value)).Select(match => match.Groups["value"].Value);

    IEnumerable<string> PropertiesOf(string type) => files
        .Where(text => Regex.IsMatch(text, $@"\bclass {type}\b"))
        .SelectMany(text => Property().Matches(text)).Select(match => match.Groups["name"].Value);

    static bool IsOurs(string path) => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj");

    static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "azure.yaml"))) return folder.FullName;
        }

        throw new InvalidOperationException("azure.yaml is in no folder above the tests.");
    }

    [GeneratedRegex("""(?:Add|Read)Settings<(?<type>\w+)>\("(?<section>\w+)"\)""")]
    private static partial Regex Bound();

    [GeneratedRegex("""\["(?<name>[A-Z][A-Z_]+)"\]""")]
    private static partial Regex ReadByName();

    [GeneratedRegex(@"(?:const string |, )\w+ = ""(?<value>[^""]*)""")]
    private static partial Regex Word();

    [GeneratedRegex(@"public \S+ (?<name>\w+) \{ get; set; \}")]
    private static partial Regex Property();

    [GeneratedRegex(@"\[Function\((?<name>[^)]*(\([^)]*\)[^)]*)*)\)\]")]
    private static partial Regex Function();

    [GeneratedRegex(@"nameof\((?:\w+\.)?(\w+)\)")]
    private static partial Regex NameOf();
}
