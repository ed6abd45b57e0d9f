namespace DgxMusic.Pipeline.Jobs;

/// <summary>Names of the streams that tell of jobs: one a job under its id, one an owner, one for all.</summary>
public static class JobStreams
{
    /// <summary>What changes a job's status, of everybody's jobs. Progress stands in its owner's stream only, so that this one costs four events a job.</summary>
    public const string All = "all";

    /// <summary>Every event of every job of an owner.</summary>
    public static string Of(string owner) => $"owner:{owner}";
}
