using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Pipeline.Identity;

/// <summary>Who asks.</summary>
/// <param name="Id">Stands in every job of theirs: <see cref="OwnerId"/>, or the id of a key.</param>
/// <param name="Name">As the owner of the machine calls them.</param>
/// <param name="IsAdmin">Sees and handles everybody's jobs and files, and the machine's affairs.</param>
public sealed record Caller(string Id, string Name, Tier Tier, bool IsAdmin)
{
    public const string OwnerId = "owner";

    /// <summary>Who works on the machine itself.</summary>
    public static readonly Caller Owner = new(OwnerId, OwnerId, Tier.Ultra, IsAdmin: true);

    /// <summary>What a key may use up in a day; nothing stands in the owner's way.</summary>
    public DailyQuota Quota { get; init; } = DailyQuota.None;

    /// <summary>False for who works on the machine itself.</summary>
    public bool HasKey => Id != OwnerId;

    public static Caller Of(ApiKey key) => new(key.Id, key.Name, key.Tier, key.IsAdmin) { Quota = key.Quota };

    /// <summary>Whether a job exists for them. That of another is unknown to them, not forbidden.</summary>
    public bool Sees(Job job) => IsAdmin || job.Owner == Id;
}
