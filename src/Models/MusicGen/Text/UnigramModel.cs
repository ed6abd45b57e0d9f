using System.Text;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.MusicGen.Text;

enum PieceKind
{
    Normal,

    /// <summary>Stands for all characters that no piece has.</summary>
    Unknown,

    /// <summary>Has a meaning of its own, such as the end; no text is ever cut into it.</summary>
    Control,

    /// <summary>Taken as it is wherever a text has it.</summary>
    UserDefined,

    /// <summary>Has an id and nothing else.</summary>
    Unused,
}

/// <param name="Score">Logarithm of its probability.</param>
readonly record struct Piece(byte[] Utf8, float Score, PieceKind Kind)
{
    public string Text => Encoding.UTF8.GetString(Utf8);
}

/// <summary>What a tokenizer's file says, in whichever form it is published.</summary>
/// <param name="Pieces">By id.</param>
/// <param name="CharacterMap">Empty: characters stay what they are.</param>
/// <param name="AddsPrefix">A space is put before every text, so that its first word is written like the others.</param>
/// <param name="CollapsesSpaces">Runs of spaces are one, at the ends none.</param>
/// <param name="EscapesSpaces">A space is written ▁.</param>
sealed record UnigramModel(List<Piece> Pieces, byte[] CharacterMap, bool AddsPrefix, bool CollapsesSpaces, bool EscapesSpaces)
{
    /// <summary>Several times the largest file in use, of a quarter of a million pieces.</summary>
    public const int MostBytes = 64 << 20;

    const int MostPieceBytes = 1_000, MostTextBytes = 8 << 20;

    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.WeightsUnreadable"/>, <see cref="Contracts.Problem.WeightsMismatch"/>: text encoder and tokenizer do not go together.</exception>
    public void Check(string path, TextConfig config)
    {
        if (Pieces.Count > config.Vocabulary) throw WeightFault.Mismatch(path, $"it has {Pieces.Count} pieces, of which the text encoder knows {config.Vocabulary}");
        if (Pieces.Count(piece => piece.Kind == PieceKind.Unknown) is not 1 and var unknowns) throw WeightFault.Mismatch(path, $"it has {unknowns} pieces for what is unknown instead of one");
        Require(path, config.EndToken, "</s>", "end");
        Require(path, config.PadToken, "<pad>", "padding");
        if (Text.CharacterMap.FaultOf(CharacterMap) is { } fault) throw WeightFault.Unreadable(path, fault);
        long bytes = 0;
        HashSet<string> texts = [];
        foreach (Piece piece in Pieces)
        {
            if (piece.Utf8.Length is 0 or > MostPieceBytes || (bytes += piece.Utf8.Length) > MostTextBytes) throw WeightFault.Unreadable(path, $"it has a piece of {piece.Utf8.Length} bytes");
            if (!float.IsFinite(piece.Score)) throw WeightFault.Unreadable(path, $"the score of its piece '{piece.Text}' is not a finite number");
            if (!texts.Add(Convert.ToHexString(piece.Utf8))) throw WeightFault.Unreadable(path, $"it has the piece '{piece.Text}' twice");
        }
    }

    void Require(string path, int id, string text, string meaning)
    {
        Piece found = id < Pieces.Count ? Pieces[id] : new([], 0, PieceKind.Unused);
        if (found.Text != text) throw WeightFault.Mismatch(path, $"its piece {id} is '{found.Text}', which is the text encoder's {meaning} and should be '{text}'");
        if (found.Kind != PieceKind.Control) throw WeightFault.Mismatch(path, $"its piece {id}, '{text}', is one that texts are cut into");
    }
}
