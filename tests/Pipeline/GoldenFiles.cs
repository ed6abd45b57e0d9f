namespace DgxMusic.Pipeline.Tests;

/// <summary>The recorded files under <c>tests/Models/Golden</c>.</summary>
static class GoldenFiles
{
    public static string Path(params string[] names)
    {
        string? here = AppContext.BaseDirectory;
        while (here is not null && !Directory.Exists(System.IO.Path.Combine(here, "tests", "Models", "Golden"))) here = System.IO.Path.GetDirectoryName(here);
        return System.IO.Path.Combine([here!, "tests", "Models", "Golden", .. names]);
    }
}
