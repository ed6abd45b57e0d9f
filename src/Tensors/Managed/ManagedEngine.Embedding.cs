namespace DgxMusic.Tensors.Managed;

public sealed unsafe partial class ManagedEngine
{
    public Tensor Embedding(Tensor table, ReadOnlySpan<int> ids)
    {
        ManagedTensor from = Mine(table);
        Require(table.Rank == 2, $"{table} is no table of rows.");
        int rows = table.Size(0), width = table.Size(1);
        foreach (int id in ids) Require((uint)id < (uint)rows, $"There is no row {id} among {rows}.");
        ManagedTensor to = New(ids.Length, width);
        for (int i = 0; i < ids.Length; i++) Copy(from.Data + ((long)ids[i] * width), to.Data + ((long)i * width), width);
        GC.KeepAlive(from);
        GC.KeepAlive(to);
        return to;
    }
}
