using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.MusicGen.Text;

/// <summary>Reads <c>spiece.model</c>: SentencePiece's own message, of which the pieces, how they were trained and how texts are normalised matter here.</summary>
static class SentencePieceModel
{
    const int MostPieces = 4_000_000, Unigram = 1;

    /// <exception cref="PipelineException"><see cref="Problem.WeightsUnreadable"/> or <see cref="Problem.WeightsMismatch"/>.</exception>
    public static UnigramModel Read(string path, ReadOnlySpan<byte> bytes)
    {
        var model = new UnigramModel([], [], AddsPrefix: true, CollapsesSpaces: true, EscapesSpaces: true);
        bool isTrained = false, isNormalised = false;
        var message = new ProtobufReader(path, bytes);
        while (message.Next())
        {
            if (message.Field == 1 && model.Pieces.Count == MostPieces) throw WeightFault.Unreadable(path, $"it has more than {MostPieces} pieces");
            if (message.Field == 1) model.Pieces.Add(Piece(path, message.Bytes));
            else if (message.Field == 2)
            {
                RequireUsual(path, message.Bytes);
                isTrained = true;
            }
            else if (message.Field == 3)
            {
                model = Normalised(path, message.Bytes, model);
                isNormalised = true;
            }
        }

        return isTrained && isNormalised ? model : throw WeightFault.Unreadable(path, "it is cut off or is no model of SentencePiece");
    }

    static Piece Piece(string path, ReadOnlySpan<byte> bytes)
    {
        (byte[] text, float score, long kind) = ([], 0, 1);
        var message = new ProtobufReader(path, bytes);
        while (message.Next())
        {
            if (message.Field == 1) text = [.. message.Bytes];
            else if (message.Field == 2) score = message.Single;
            else if (message.Field == 3) kind = message.Integer;
        }

        return new(text, score, kind switch
        {
            1 => PieceKind.Normal,
            2 => PieceKind.Unknown,
            3 => PieceKind.Control,
            4 => PieceKind.UserDefined,
            5 => PieceKind.Unused,
            6 => throw WeightFault.Mismatch(path, "it writes unknown characters as bytes"),
            _ => throw WeightFault.Unreadable(path, $"its piece '{Encoding.UTF8.GetString(text)}' is of the unknown kind {kind}"),
        });
    }

    static void RequireUsual(string path, ReadOnlySpan<byte> trainer)
    {
        var message = new ProtobufReader(path, trainer);
        while (message.Next())
        {
            if (message.Field == 3 && message.Integer != Unigram) throw WeightFault.Mismatch(path, "it was not trained as a unigram model");
            if (message.Field == 24 && message.Integer != 0) throw WeightFault.Mismatch(path, "it writes spaces behind words");
            if (message.Field == 35 && message.Integer != 0) throw WeightFault.Mismatch(path, "it writes unknown characters as bytes");
        }
    }

    static UnigramModel Normalised(string path, ReadOnlySpan<byte> normalizer, UnigramModel model)
    {
        var message = new ProtobufReader(path, normalizer);
        while (message.Next())
        {
            model = message.Field switch
            {
                2 => model with { CharacterMap = [.. message.Bytes] },
                3 => model with { AddsPrefix = message.Integer != 0 },
                4 => model with { CollapsesSpaces = message.Integer != 0 },
                5 => model with { EscapesSpaces = message.Integer != 0 },
                _ => model,
            };
        }

        return model;
    }
}
