using System.Text.RegularExpressions;
using DgxMusic.Pipeline.Ports;
using Microsoft.Extensions.Options;

namespace DgxMusic.Azure.Stores;

/// <summary>What the containers are called in the account.</summary>
sealed partial class ContainerNames
{
    readonly Dictionary<string, string> names;

    /// <param name="prefix">Begins every name; null: nothing does.</param>
    /// <param name="outputs">The setting <c>AUDIO_OUTPUT_DIR</c>: replaces the name of the outputs; null: it is the usual one.</param>
    /// <exception cref="OptionsValidationException">A name is none, or two are one.</exception>
    public ContainerNames(string? prefix, string? outputs)
    {
        names = Containers.All.Append(Containers.Models).ToDictionary(name => name, name => prefix + (name == Containers.Outputs && outputs is not null ? outputs : name));
        if (!Form().IsMatch(names[Containers.Outputs]))
            throw new OptionsValidationException("Storage", typeof(StorageOptions), [$"AUDIO_OUTPUT_DIR is '{outputs}'; here it names a container: 3 to 63 lower-case letters, digits and single hyphens between them."]);
        if (names.Values.Distinct().Count() < names.Count)
            throw new OptionsValidationException("Storage", typeof(StorageOptions), [$"AUDIO_OUTPUT_DIR is '{outputs}', which is another container's name."]);
    }

    public IEnumerable<string> All => names.Values;

    /// <exception cref="ArgumentException">There is no such container.</exception>
    public string this[string container] => names.TryGetValue(container, out string? name) ? name : throw new ArgumentException($"There is no container '{container}'.", nameof(container));

    [GeneratedRegex(@"\A(?=.{3,63}\z)[a-z0-9]+(-[a-z0-9]+)*\z")]
    private static partial Regex Form();
}
