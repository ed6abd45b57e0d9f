namespace DgxMusic.Composer.Prompts;

/// <summary>What was made of a prompt, for whoever asks why a piece is as it is.</summary>
/// <param name="Understood">In the order of the prompt; options that were given beside it come last.</param>
/// <param name="Ignored">Words that changed nothing: unknown ones, and wishes that cannot be met, such as a singer.</param>
public sealed record PromptReading(IReadOnlyList<Understanding> Understood, IReadOnlyList<string> Ignored);

/// <param name="Field"><c>style</c>, <c>flavour</c>, <c>tempo</c>, <c>key</c>, <c>metre</c>, <c>mood</c>, <c>feel</c>, <c>with</c>, <c>without</c>.</param>
/// <param name="Words">Where it was read; <c>option</c> where the request gave it, empty where the composer chose.</param>
public sealed record Understanding(string Field, string Value, string Words);
