using DgxMusic.Composer.Synthesis.Effects;

namespace DgxMusic.Composer.Synthesis;

/// <summary>The space and the echo of a style.</summary>
/// <param name="EchoBeats">Quarter notes between echoes.</param>
readonly record struct RoomShape(ReverbShape Reverb, double EchoBeats, double EchoFeedback)
{
    static readonly (string Word, RoomShape Room)[] Styles =
    [
        ("ambient", new(new(6.5, 1.35, 0.03, 0.35), 1.5, 0.55)),
        ("cinematic", new(new(3.8, 1.3, 0.028, 0.4), 1, 0.35)),
        ("orchestr", new(new(3.2, 1.3, 0.028, 0.4), 1, 0.3)),
        ("classical", new(new(2.8, 1.2, 0.024, 0.45), 1, 0.25)),
        ("trance", new(new(3.2, 1.15, 0.03, 0.2), 0.75, 0.5)),
        ("techno", new(new(2.2, 0.95, 0.018, 0.3), 0.75, 0.5)),
        ("house", new(new(1.9, 0.9, 0.02, 0.25), 0.75, 0.42)),
        ("synthwave", new(new(2.8, 1.05, 0.025, 0.2), 0.75, 0.42)),
        ("drum", new(new(2.2, 0.95, 0.018, 0.25), 0.75, 0.42)),
        ("dub", new(new(2.4, 1, 0.02, 0.4), 0.75, 0.62)),
        ("lo", new(new(1.5, 0.75, 0.012, 0.6), 0.75, 0.35)),
        ("hip", new(new(1.3, 0.7, 0.012, 0.45), 0.5, 0.3)),
        ("trap", new(new(1.8, 0.85, 0.015, 0.35), 0.75, 0.35)),
        ("rock", new(new(1.5, 0.8, 0.014, 0.3), 0.5, 0.28)),
        ("metal", new(new(1.3, 0.75, 0.012, 0.3), 0.5, 0.25)),
        ("jazz", new(new(1.4, 0.75, 0.014, 0.45), 0.5, 0.22)),
        ("folk", new(new(1.4, 0.7, 0.014, 0.4), 0.5, 0.22)),
        ("funk", new(new(1.2, 0.7, 0.012, 0.3), 0.5, 0.25)),
    ];

    /// <summary>By the first word that the style's name contains; a middling room where none is.</summary>
    public static RoomShape For(string style)
    {
        foreach ((string word, RoomShape room) in Styles)
        {
            if (style.Contains(word, StringComparison.OrdinalIgnoreCase)) return room;
        }

        return new(new(2, 0.9, 0.018, 0.3), 0.75, 0.38);
    }
}
