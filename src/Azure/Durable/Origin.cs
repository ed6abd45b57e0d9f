using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DgxMusic.Pipeline.Definitions;

namespace DgxMusic.Azure.Durable;

/// <summary>What an instance begins from, as its history holds it. A child's edition and run are its parent's.</summary>
/// <param name="Edition">
/// The versions of all orchestrations when it was started. In another edition an instance begins again from its input, and its children with it: a parent
/// that went on while its child began again would hear the end of the first child as a fault.
/// </param>
/// <param name="Run">How often it began again before.</param>
/// <param name="IsChild">Its parent starts it again, nobody else.</param>
sealed record Origin(string Edition, int Run, bool IsChild, JsonElement Input)
{
    public static string EditionOf(IEnumerable<OrchestrationDefinition> orchestrations)
    {
        IEnumerable<string> versions = orchestrations.Select(definition => string.Create(CultureInfo.InvariantCulture, $"{definition.Name}:{definition.Version}"));
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', versions.Order(StringComparer.Ordinal))));
        return Convert.ToHexStringLower(hash.AsSpan(0, 8));
    }
}
