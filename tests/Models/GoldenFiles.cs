namespace DgxMusic.Models.Tests;

/// <summary>The recorded files under <c>tests/Models/Golden</c>, read where they lie in the source tree.</summary>
static class GoldenFiles
{
    static readonly string folder = FindFolder();

    public static string Path(params string[] names) => System.IO.Path.Combine([folder, .. names]);

    static string FindFolder()
    {
        for (string? here = AppContext.BaseDirectory; here is not null; here = System.IO.Path.GetDirectoryName(here))
        {
            string candidate = System.IO.Path.Combine(here, "tests", "Models", "Golden");
            if (Directory.Exists(candidate)) return candidate;
        }

        throw new DirectoryNotFoundException("tests/Models/Golden is not above the test's folder.");
    }
}
