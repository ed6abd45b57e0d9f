using System.Text;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.LocalHost.Tests.Jobs;

/// <summary>A data folder that an earlier version wrote: schema 1, rows without the fields that came later, histories of earlier orchestrations.</summary>
public sealed class EarlierVersionTests
{
    const string Running = "gen_000000a1", Waiting = "gen_000000a2", Ended = "gen_000000a3";

    [Fact]
    [Trait("Requirement", "A-61")]
    public async Task Open_RowsAndHistoriesOfAnEarlierVersion_GoesOnWithThem()
    {
        await using var host = new QueueHost(Fill);
        Assert.Null(await host.Ledger.FindAsync("gen_000000a4"));
        await host.CrashAndRestartAsync();

        foreach (string id in (string[])[Running, Waiting])
        {
            Job job = await host.WaitAsync((await host.Ledger.FindAsync(id))!, row => row.IsTerminal);
            Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
            Assert.Equal(1.0, Payload.Read<GenerationResult>(job.Result!.Value).DurationSeconds);
            Assert.Equal((JobPriority.Normal, "owner"), (job.Priority, job.Owner));
        }

        Assert.Equal(JobStatus.Failed, (await host.Ledger.FindAsync(Ended))!.Status);
        await host.SweepAsync();
        JobPage page = await host.Index.PageAsync(Caller.Owner, new(), skip: 0, take: 10);
        Assert.Equal([Running, Waiting, Ended], page.Jobs.Select(job => job.JobId));
        Assert.Equal(3, page.Total);
    }

    static void Fill(SqliteSession session)
    {
        session.Execute("PRAGMA user_version = 1");
        Put(session, "jobs", Running, "job", Job(Running, "processing", "\"2026-01-01T00:00:00Z\""));
        Put(session, "jobs", Waiting, "job", Job(Waiting, "pending", "null"));
        Put(session, "jobs", Ended, "job", Job(Ended, "failed", "\"2026-01-01T00:00:00Z\""));
        Put(session, "index", "months", "9223372036854573206", "\"202601\"");
        foreach (string id in (string[])[Running, Waiting, Ended]) Put(session, "index", "202601", $"8584000000000000000-{id}", $"\"{id}\"");
        Put(session, "queue", "slots", "slots", $"{{\"active\":[\"{Running}\"]}}");
        Put(session, "queue", "pending", KeyOf(Waiting), $"\"{Waiting}\"");
        session.Execute(
            "INSERT INTO instances (id, name, version, input, created, status) VALUES ($1, 'RunJobGenerateMusic', 1, $2, 1, 0)", Running, Encoding.UTF8.GetBytes(Input(Running)));
        // What that version did first is nothing that this one does.
        session.Execute(
            "INSERT INTO episodes (instance, number, data) VALUES ($1, 0, $2)", Running,
            Encoding.UTF8.GetBytes("""{"at":"2026-01-01T00:00:00Z","events":[{"kind":"started","action":-1,"name":"","data":null,"fault":null}],"actions":[{"kind":"activity","id":0,"name":"Gone","instanceId":"","input":{},"due":null}]}"""));
    }

    static void Put(SqliteSession session, string table, string partition, string key, string value) =>
        session.Execute("INSERT INTO rows (tab, part, name, value, etag) VALUES ($1, $2, $3, $4, 'e')", table, partition, key, Encoding.UTF8.GetBytes(value));

    static string KeyOf(string id) => $"0639028224000000000-{id}";

    static string Input(string id) => $$$"""
        {"jobId":"{{{id}}}","folder":"2026/01/01/{{{id}}}","request":{"prompt":"two calm tones","duration":1,"seed":7,"stems":false,"temperature":1,"topK":250,"topP":0,"cfgCoef":3,
        "export":{"normalize":true,"targetLufs":-16,"mode":"peak","format":"wav","bitDepth":"PCM_16","sampleRateHz":null,"resampling":"hq"}},"seed":7,"engine":"composer"}
        """;

    static string Job(string id, string status, string startedAt) => $$$"""
        {"jobId":"{{{id}}}","kind":"generation","input":{{{Input(id)}}},"createdAt":"2026-01-01T00:00:00Z","queueKey":"{{{KeyOf(id)}}}","model":"composer","status":"{{{status}}}",
        "currentStep":"queued","progress":0,"statusMessage":"Waiting.","deviceUsed":"cpu","warnings":[],"retries":[],"cancelRequested":false,"startedAt":{{{startedAt}}}}
        """;
}
