namespace DgxMusic.Audio;

/// <summary>Programs of others that ours starts.</summary>
public static class Programs
{
    /// <summary>The program in the folder <c>tools</c> beside ours, where a package that is deployed carries it; else its name, which is then looked up on the search path.</summary>
    public static string Find(string name) => Find(name, AppContext.BaseDirectory);

    internal static string Find(string name, string beside)
    {
        string carried = Path.Combine(beside, "tools", name);
        return File.Exists(carried) ? carried : name;
    }
}
