namespace DgxMusic.Pipeline.Consistency;

/// <summary>How rows and files can disagree.</summary>
public enum InconsistencyKind
{
    /// <summary>A list has a job that there is not.</summary>
    ListedWithoutJob,

    /// <summary>A list says something else of a job than its row.</summary>
    ListedOtherwise,

    /// <summary>A list does not have the job.</summary>
    JobNotListed,

    /// <summary>A count is not that of the rows.</summary>
    CountOutdated,

    /// <summary>A completed job names a file that there is not.</summary>
    FileMissing,

    /// <summary>A file is named after a job that there is not.</summary>
    FileWithoutJob,

    /// <summary>A job that did not complete has left outputs.</summary>
    FileOfUnfinishedJob,

    FailedWithoutMessage,

    CompletedBeforeCreated,

    /// <summary>An ended job, or none at all, has left scratch.</summary>
    ScratchLeft,

    /// <summary>A batch was accepted, and not all of its jobs were made.</summary>
    BatchInterrupted,

    /// <summary>A song was being removed, and not all of it went.</summary>
    SongHalfRemoved,

    /// <summary>A song has a separation that there is not.</summary>
    SongNamesNoJob,

    /// <summary>A separation's song does not know it.</summary>
    SeparationNotInSong,
}

/// <param name="Subject">A job, a path of the store or a list.</param>
/// <param name="Message">What is wrong, and what is done about it.</param>
/// <param name="Repaired">It was; false on a dry run and for what is only done on request.</param>
public sealed record Inconsistency(InconsistencyKind Kind, string Subject, string Message, bool Repaired);

/// <param name="Found">All of them, also those that <paramref name="Findings"/> has no room for.</param>
/// <param name="Findings">The first 1,000.</param>
public sealed record ConsistencyReport(bool DryRun, DateTime CheckedAt, int Jobs, int Files, int Found, int Repaired, IReadOnlyList<Inconsistency> Findings);

/// <summary>What to do about what is found.</summary>
/// <param name="Repair">Mend rows, and remove scratch and what unfinished jobs left: nothing that anybody could miss.</param>
/// <param name="DeleteFiles">Also delete outputs that no job owns; somebody who brought back an old catalog would miss them.</param>
public sealed record RepairOrder(bool Repair, bool DeleteFiles)
{
    public static readonly RepairOrder DryRun = new(false, false);

    public static readonly RepairOrder Safe = new(true, false);
}

/// <summary>A report while it is written.</summary>
sealed class Findings(RepairOrder order)
{
    const int MostListed = 1000;

    readonly List<Inconsistency> listed = [];
    int found, repaired;

    public int Jobs { get; set; }

    public int Files { get; set; }

    /// <summary>Notes something, and mends it if that is asked for.</summary>
    /// <param name="deletes">It costs somebody's file.</param>
    public async Task AddAsync(InconsistencyKind kind, string subject, string message, Func<Task> repair, bool deletes = false)
    {
        bool mend = order.Repair && (!deletes || order.DeleteFiles);
        if (mend) await repair();
        found++;
        if (mend) repaired++;
        if (listed.Count < MostListed) listed.Add(new(kind, subject, message, mend));
    }

    public ConsistencyReport Close(DateTime at) => new(!order.Repair, at, Jobs, Files, found, repaired, listed);
}
