using System.Security.Cryptography;
using System.Text;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Engines;

/// <summary>How an engine runs best on machines of one type. It changes how much is done at once and by how many, never a sample.</summary>
/// <param name="Threads">The fastest number of them; 0 as long as nobody has compared.</param>
/// <param name="SecondsPerUnit">Of work for one run of a network: the median of the last twenty groups of work, before any as it was measured.</param>
public sealed record Tuning(int Threads, double SecondsPerUnit);

/// <summary>What was measured once for each type of machine, and what has been learned from the work since.</summary>
public sealed class TuningStore(ICatalog catalog, IGpuProbe probe)
{
    const string Table = "tuning";
    const int KeptGroups = 20;

    /// <param name="WorkId">So that work delivered twice is learned from once.</param>
    sealed record Group(string WorkId, double SecondsPerUnit);

    /// <param name="Tried">Seconds a unit by number of threads.</param>
    sealed record Row(IReadOnlyDictionary<int, double> Tried, IReadOnlyList<Group> Groups)
    {
        public static readonly Row Empty = new(new Dictionary<int, double>(), []);
    }

    /// <returns>Null as long as nothing is known.</returns>
    public async Task<Tuning?> FindAsync(EngineFacts engine, bool onCpu, CancellationToken cancel = default)
    {
        if ((await catalog.FindAsync(KeyOf(engine, onCpu), cancel))?.Read<Row>() is not { } row || (row.Tried.Count == 0 && row.Groups.Count == 0)) return null;
        KeyValuePair<int, double>? best = row.Tried.Count == 0 ? null : row.Tried.MinBy(tried => (tried.Value, tried.Key));
        return new(best?.Key ?? 0, row.Groups.Count > 0 ? Median([.. row.Groups.Select(group => group.SecondsPerUnit)]) : best!.Value.Value);
    }

    /// <summary>Whether numbers of threads were compared.</summary>
    public async Task<bool> IsMeasuredAsync(EngineFacts engine, bool onCpu, CancellationToken cancel = default) =>
        (await catalog.FindAsync(KeyOf(engine, onCpu), cancel))?.Read<Row>().Tried.Count > 0;

    /// <summary>Keeps what was measured; what has been learned stays.</summary>
    /// <param name="tried">Seconds a unit by number of threads, 0 for an engine that has no choice; at least one.</param>
    public Task MeasuredAsync(EngineFacts engine, bool onCpu, IReadOnlyDictionary<int, double> tried, CancellationToken cancel = default) =>
        UpdateAsync(engine, onCpu, row => row with { Tried = tried }, cancel);

    /// <summary>Learns from a finished group of work. How fast a mock is says nothing of what it stands in for.</summary>
    /// <param name="workId">Of this group: a second time changes nothing.</param>
    public Task LearnAsync(EngineFacts engine, bool onCpu, string workId, double secondsPerUnit, CancellationToken cancel = default)
    {
        if (engine.IsMock || !(secondsPerUnit > 0) || !double.IsFinite(secondsPerUnit)) return Task.CompletedTask;
        return UpdateAsync(
            engine, onCpu, row => row.Groups.Any(group => group.WorkId == workId) ? row : row with { Groups = [.. row.Groups.Append(new(workId, secondsPerUnit)).TakeLast(KeptGroups)] }, cancel);
    }

    async Task UpdateAsync(EngineFacts engine, bool onCpu, Func<Row, Row> change, CancellationToken cancel)
    {
        RowKey key = KeyOf(engine, onCpu);
        while (true)
        {
            CatalogRow? read = await catalog.FindAsync(key, cancel);
            Row row = read?.Read<Row>() ?? Row.Empty, changed = change(row);
            if (ReferenceEquals(changed, row) || await catalog.TryPutAsync(read, key, Payload.Write(changed), cancel)) return;
        }
    }

    RowKey KeyOf(EngineFacts engine, bool onCpu)
    {
        string device = onCpu || engine.Device == SeparationDevices.Cpu ? SeparationDevices.Cpu : $"{engine.Device}/{GpuReport.Of(probe).Best?.Name}";
        // Names of models and devices may have letters that names of rows may not.
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{engine.Name}/{engine.Version}/{engine.WeightsSha256}/{engine.Dtype}/{device}"));
        return new(Table, MachineType.Here, $"{string.Concat(engine.Name.Where(char.IsAsciiLetterOrDigit))}-{Convert.ToHexStringLower(hash.AsSpan(0, 8))}");
    }

    static double Median(double[] values)
    {
        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}

/// <summary>How much work is handed out at once.</summary>
public static class WorkGroups
{
    /// <summary>What a group takes: long enough that handing it out costs nothing beside it, short enough that a lost one is no great loss.</summary>
    public const double Seconds = 30;

    const double Most = 1e6;

    /// <summary>Pieces of work that fit into a group, at least one.</summary>
    /// <param name="secondsPerPiece">Of work; what is no length of time counts as longer than a group.</param>
    public static long PiecesThatFit(double secondsPerPiece) => secondsPerPiece > 0 ? (long)Math.Clamp(Math.Floor(Seconds / secondsPerPiece), 1, Most) : secondsPerPiece == 0 ? (long)Most : 1;
}
