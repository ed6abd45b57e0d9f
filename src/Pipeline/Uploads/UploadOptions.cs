using System.ComponentModel.DataAnnotations;

namespace DgxMusic.Pipeline.Uploads;

/// <summary>Settings of uploads, section <c>Uploads</c>.</summary>
public sealed class UploadOptions
{
    /// <summary>Lets files be fetched from this machine and its own network, where no stranger's address should lead.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>How long the fetching of one file may take.</summary>
    [Range(1, 3600)] public int FetchTimeoutSeconds { get; set; } = 600;

    /// <summary>How long its server may say nothing.</summary>
    [Range(1, 300)] public int SilenceSeconds { get; set; } = 30;

    /// <summary>Files that one instance fetches at the same time; the others wait.</summary>
    [Range(1, 64)] public int FetchesAtOnce { get; set; } = 4;

    /// <summary>Days that an upload is remembered whose address nobody used.</summary>
    [Range(0.05, 3650)] public double KeepExpiredDays { get; set; } = 7;
}
