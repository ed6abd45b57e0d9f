namespace DgxMusic.Models.MusicGen.Text;

/// <summary>The pieces that texts are cut into, byte after byte.</summary>
sealed class PieceTrie
{
    public const int Root = 0;

    readonly Dictionary<long, int> next = [];
    readonly List<int> ids = [-1];

    public PieceTrie(IReadOnlyList<Piece> pieces)
    {
        foreach ((int id, Piece piece) in pieces.Index())
        {
            if (piece.Kind is not (PieceKind.Normal or PieceKind.UserDefined)) continue;
            int node = Root;
            foreach (byte b in piece.Utf8)
            {
                if (Descend(ref node, b)) continue;
                next.Add(Edge(node, b), ids.Count);
                node = ids.Count;
                ids.Add(-1);
            }

            ids[node] = id;
        }
    }

    /// <returns>False if no piece goes on with this byte; the node is what it was then.</returns>
    public bool Descend(ref int node, byte b)
    {
        if (!next.TryGetValue(Edge(node, b), out int child)) return false;
        node = child;
        return true;
    }

    /// <summary>The piece that ends here; null if none does.</summary>
    public int? IdAt(int node) => ids[node] is >= 0 and var id ? id : null;

    static long Edge(int node, byte b) => ((long)node << 8) | b;
}
