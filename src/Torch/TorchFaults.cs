using System.Runtime.InteropServices;
using DgxMusic.Pipeline.Engines;

namespace DgxMusic.Torch;

/// <summary>Tells what libtorch says in its messages: it has one type for all failures.</summary>
static class TorchFaults
{
    static readonly string[] memory = ["out of memory", "can't allocate memory", "STATUS_ALLOC_FAILED", "HOST_ALLOCATION_FAILED"];

    // After these a process gets nothing more from its GPU.
    static readonly string[] lost =
    [
        "illegal memory access", "device-side assert", "unspecified launch failure", "misaligned address", "illegal instruction", "uncorrectable ECC", "hardware stack error",
        "the launch timed out", "device is lost", "STATUS_EXECUTION_FAILED", "unknown error",
    ];

    internal static bool IsMemory(ExternalException fault) => Says(fault.Message, memory);

    internal static bool IsLost(ExternalException fault) => Says(fault.Message, lost) && !IsMemory(fault);

    /// <summary>The same as ours; a device that is lost is remembered as such.</summary>
    internal static GpuFaultException Of(ExternalException fault, TorchDevice place)
    {
        string said = FirstSentence(fault.Message);
        if (IsMemory(fault)) return new GpuMemoryException($"{place.Name} has no memory left for this work: {said}.");
        if (!IsLost(fault)) return new GpuFaultException($"{place.Name} failed at this work: {said}.", fault);
        place.Lose(said);
        return new GpuFaultException($"{place.Name} was lost: {said}. It serves again once this program is started anew.", fault);
    }

    /// <summary>What tells the fault, without places in libtorch's source, native stack and hints.</summary>
    internal static string FirstSentence(string message)
    {
        string[] sentences = message.Split('\n', 2)[0].Trim().Split(". ");
        return (sentences.FirstOrDefault(sentence => Says(sentence, memory) || Says(sentence, lost)) ?? sentences[0]).TrimEnd('.');
    }

    static bool Says(string text, string[] words) => words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
}
