using DgxMusic.Contracts;
using DgxMusic.Models.MusicGen;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Tensors;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>MusicGen with weights that lie anywhere, under the name of the model that they are of.</summary>
sealed class OwnWriter
{
    readonly string name;
    readonly MusicGenFiles files;

    OwnWriter(string name, MusicGenFiles files) => (this.name, this.files) = (name, files);

    public string Name => name;

    /// <summary>Looks into the files, so that what is wrong with them is said before anything begins.</summary>
    /// <param name="name">Null: the smallest model's.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: no MusicGen is called that; <see cref="Problem.FileNotFound"/>; whatever the files say.</exception>
    public static OwnWriter Of(string path, string? name)
    {
        name ??= EngineRegistry.MusicGens[0];
        if (!EngineRegistry.MusicGens.Contains(name)) throw new PipelineException(Problem.InvalidRequest, $"--weights are of a MusicGen, and '{name}' is none of {string.Join(", ", EngineRegistry.MusicGens)}.");
        MusicGenFiles files = MusicGenFiles.Find(path);
        MusicGenModel.Check(files);
        return new(name, files);
    }

    public MusicGenEngine On(IEngineFactory engines, WeightStorage precision) => MusicGenEngine.Of(name, files, engines, precision);
}
