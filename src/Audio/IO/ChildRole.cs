using DgxMusic.Contracts;

namespace DgxMusic.Audio.IO;

/// <summary>What a child process is for: the problem it is when it fails, and the words for it.</summary>
/// <param name="IsFed">It reads what we hand it; otherwise its input is empty.</param>
sealed record ChildRole(Problem Problem, bool IsFed, Func<string, string> Missing, Func<string, TimeSpan, string> Stalled, Func<string, int, string> GaveUp)
{
    const string Remedy = "install ffmpeg ('apt install ffmpeg', 'brew install ffmpeg', 'winget install ffmpeg')";

    public static readonly ChildRole Decoder = new(
        Problem.UnreadableAudio,
        IsFed: false,
        program => $"Decoding this format needs '{program}', which does not start here: {Remedy} or convert the file to WAV.",
        (name, patience) => $"Decoding stopped: {name} gave nothing for {patience.TotalSeconds:N0} s.",
        (name, code) => $"The content is damaged or not what it seems: {name} gave up with code {code}.");

    public static readonly ChildRole Encoder = new(
        Problem.ExportFailed,
        IsFed: true,
        program => $"Writing this format needs '{program}', which does not start here: {Remedy} or export WAV.",
        (name, patience) => $"Encoding stopped: {name} took nothing for {patience.TotalSeconds:N0} s.",
        (name, code) => $"Encoding failed: {name} gave up with code {code}.");
}
