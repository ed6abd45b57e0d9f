namespace DgxMusic.Pipeline.Jobs;

/// <summary>How far one part of a job's work has come.</summary>
/// <param name="From">Where in the whole it begins; parts lie side by side.</param>
/// <param name="Done">0 to 1 of it.</param>
public sealed record WorkPart(long From, long To, double Done);

/// <summary>
/// How far the parts of a job's work have come together. Parts may be told in any order and again: what was told once counts once, and the sum never falls; but where the
/// work is parted anew, as after a change of devices, what was begun beyond is begun anew.
/// </summary>
/// <param name="Total">Of the whole.</param>
/// <param name="Finished">Up to here all is done.</param>
/// <param name="Open">Begun, or done but beyond <paramref name="Finished"/>.</param>
public sealed record WorkTally(long Total, long Finished, IReadOnlyList<WorkPart> Open)
{
    public static WorkTally Begin(long total) => new(total, 0, []);

    /// <summary>0 to 1.</summary>
    public double Done => Total == 0 ? 1 : Math.Min(1, (Finished + Open.Sum(part => (part.To - part.From) * part.Done)) / Total);

    public WorkTally With(WorkPart told)
    {
        if (told.From < Finished) return this;
        double before = Open.FirstOrDefault(part => part.From == told.From && part.To == told.To)?.Done ?? 0;
        List<WorkPart> open = [.. Open.Where(part => part.To <= told.From || part.From >= told.To), told with { Done = Math.Max(before, told.Done) }];
        long finished = Finished;
        while (open.Find(part => part.From == finished && part.Done >= 1) is { } next)
        {
            finished = next.To;
            open.Remove(next);
        }

        return this with { Finished = finished, Open = open };
    }
}
