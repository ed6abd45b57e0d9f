using DgxMusic.Contracts;

namespace DgxMusic.Models.Weights;

/// <summary>The sentences about weight files that cannot be used.</summary>
static class WeightFault
{
    /// <summary>The file is damaged, cut off or of a kind we do not know.</summary>
    public static PipelineException Unreadable(string path, string reason) =>
        new(Problem.WeightsUnreadable, $"{Path.GetFileName(path)} cannot be read: {Printable(reason)}. Get the file again from its publisher.");

    /// <summary>The file wants something done that weights never need.</summary>
    public static PipelineException Refused(string path, string reason) =>
        new(Problem.WeightsRefused, $"{Path.GetFileName(path)} is refused: {Printable(reason)}. Nothing in it was run; use the file its publisher offers.");

    /// <summary>The file is sound but belongs to another model.</summary>
    public static PipelineException Mismatch(string path, string reason) =>
        new(Problem.WeightsMismatch, $"{Path.GetFileName(path)} does not fit this model: {Printable(reason)}. Use the weights published for it.");

    /// <summary>Names in files may be megabytes long or steer a terminal; what we print of them does neither.</summary>
    static string Printable(string reason) => string.Concat(reason.Select(c => char.IsControl(c) ? '?' : c).Take(400));

    public static string Text(IEnumerable<int> shape) => $"[{string.Join(", ", shape)}]";
}
