using System.Globalization;
using System.Text;
using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Api.Events;

/// <summary>An event of a job as callers read it.</summary>
public sealed record EventItem(long Id, string Type, JobNews Data);

/// <summary>What is said of a job when it changes, and of each job in a list.</summary>
public sealed record JobNews(
    string JobId, JobKind Kind, JobStatus Status, JobStep CurrentStep, int Progress, string StatusMessage, int RetryCount,
    string? ErrorMessage, string? ErrorCode, DateTime Ts, string StatusUrl)
{
    public static JobNews Of(JobUpdate update) => new(
        update.JobId, update.Kind, update.Status, update.CurrentStep, update.Progress, update.StatusMessage, update.RetryCount,
        update.ErrorMessage, update.ErrorCode, update.At, Links.Job(update.JobId));
}

/// <summary>An event as the bytes that go out: written once, sent to every listener.</summary>
/// <param name="IsLast">Of its job.</param>
sealed record EventFrame(long Id, bool IsLast, ReadOnlyMemory<byte> Bytes)
{
    public static EventFrame Of(LoggedEvent logged) => new(logged.Id, JobEvents.IsLast(logged.Type), Write(logged.Id, logged.Type, ItemOf(logged).Data));

    public static EventItem ItemOf(LoggedEvent logged) => new(logged.Id, logged.Type, JobNews.Of(Payload.Read<JobUpdate>(logged.Data)));

    public static byte[] Write<T>(long id, string type, T data) => Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"id: {id}\nevent: {type}\ndata: {JsonSerializer.Serialize(data, ApiJson.Options)}\n\n"));
}
