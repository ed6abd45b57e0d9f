using System.Text.Json;

namespace DgxMusic.Api.Tests;

/// <summary>Jobs as callers handle them, over HTTP.</summary>
public sealed class JobResourceTests : IAsyncLifetime
{
    JobsHost host = null!;

    public async Task InitializeAsync() => host = await JobsHost.StartAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    [Trait("Requirement", "D-21")]
    public async Task Lists_OfJobsInEveryState_HaveThemNewestFirst()
    {
        string dismissed = await host.GenerateAsync("first"), completed = await host.GenerateAsync("second"), running = await host.GenerateAsync("third", run: false);
        string cancelled = await host.GenerateAsync("fourth", run: false), waiting = await host.GenerateAsync("fifth", run: false);
        await host.SendAsync("POST", $"/api/v1/jobs/{cancelled}/cancel");
        await host.SendAsync("POST", $"/api/v1/jobs/{dismissed}/dismiss");

        Assert.Equal([waiting, cancelled, running, completed], Ids(await host.GetAsync("/api/v1/jobs")));
        Assert.Equal([waiting, cancelled, running, completed, dismissed], Ids(await host.GetAsync("/api/v1/jobs?include_dismissed=true")));
        Assert.Equal([dismissed], Ids(await host.GetAsync("/api/v1/jobs/dismissed")));
        Assert.Equal([completed], Ids(await host.GetAsync("/api/v1/jobs?status=completed")));
        Assert.Equal([completed, dismissed], Ids(await host.GetAsync("/api/v1/jobs?status=completed&include_dismissed=true")));
        Assert.Equal(400, (await host.SendAsync("GET", "/api/v1/jobs?status=late")).Status);
        Assert.Equal(
            """{"total":5,"queue_length":1,"active_jobs":1,"completed_jobs":2,"failed_jobs":1,"raw_failed":0,"raw_cancelled":1}""",
            (await host.GetAsync("/api/v1/jobs/status")).GetRawText());
    }

    [Fact]
    [Trait("Requirement", "D-21")]
    public async Task Lists_LongerThanTheLimit_GoOnWithTheContinuation()
    {
        List<string> made = [];
        for (int n = 0; n < 5; n++) made.Add(await host.GenerateAsync($"prompt {n}", run: false));
        JsonElement first = await host.GetAsync("/api/v1/jobs?limit=3");
        await host.GenerateAsync("in between", run: false);
        JsonElement second = await host.GetAsync($"/api/v1/jobs?limit=3&continuation={first.GetProperty("continuation").GetString()}");

        made.Reverse();
        Assert.Equal(made, Ids(first).Concat(Ids(second)));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("continuation").ValueKind);
        Assert.Empty(Ids(await host.GetAsync("/api/v1/jobs?limit=0")));
    }

    [Fact]
    [Trait("Requirement", "D-22")]
    public async Task CancelAndDismiss_GoByTheJobsState()
    {
        string running = await host.GenerateAsync(run: false), waiting = await host.GenerateAsync(run: false);
        Assert.Equal(409, (await host.SendAsync("POST", $"/api/v1/jobs/{running}/dismiss")).Status);
        Assert.Equal(409, (await host.SendAsync("POST", $"/api/v1/jobs/{waiting}/dismiss")).Status);
        Assert.Equal(200, (await host.SendAsync("POST", $"/api/v1/jobs/{waiting}/cancel")).Status);
        Assert.Equal(202, (await host.SendAsync("POST", $"/api/v1/jobs/{running}/cancel")).Status);
        await host.Orchestrator.RunAllAsync();
        Assert.Equal(409, (await host.SendAsync("POST", $"/api/v1/jobs/{running}/cancel")).Status);
        Assert.Equal(404, (await host.SendAsync("POST", "/api/v1/jobs/gen_00000000/cancel")).Status);
        Assert.Equal(404, (await host.SendAsync("POST", "/api/v1/jobs/gen_00000000/dismiss")).Status);

        for (int twice = 0; twice < 2; twice++)
        {
            (int status, JsonElement job) = await host.SendAsync("POST", $"/api/v1/jobs/{running}/dismiss");
            Assert.Equal((200, true, "cancelled"), (status, job.GetProperty("dismissed").GetBoolean(), job.GetProperty("status").GetString()));
        }

        Assert.Equal("cancelled", (await host.GetAsync($"/api/v1/jobs/{running}")).GetProperty("status").GetString());
    }

    [Fact]
    [Trait("Requirement", "A-45")]
    public async Task Batch_OfTwo_IsAcceptedInOrderWithTheSumOfEstimates()
    {
        double one = (await host.SendAsync("POST", "/api/v1/generate", new { prompt = "alone", duration = 30 })).Body.GetProperty("estimated_time_seconds").GetDouble();
        (int status, JsonElement body) = await host.SendAsync(
            "POST", "/api/v1/generate/batch", new { requests = new[] { new { prompt = "the first", duration = 30 }, new { prompt = "the second", duration = 60 } } });

        Assert.Equal((202, 2), (status, body.GetProperty("total_jobs").GetInt32()));
        Assert.Equal(3 * one, body.GetProperty("estimated_total_time_seconds").GetDouble(), 1e-9);
        List<string?> prompts = [];
        foreach (JsonElement id in body.GetProperty("job_ids").EnumerateArray()) prompts.Add((await host.GetAsync($"/api/v1/jobs/{id.GetString()}")).GetProperty("prompt").GetString());
        Assert.Equal(["the first", "the second"], prompts);
    }

    [Theory]
    [Trait("Requirement", "A-45")]
    [InlineData("""{"requests": []}""", "requests")]
    [InlineData("""{"requests": {"prompt": "abc"}}""", "requests")]
    [InlineData("""{}""", "requests")]
    [InlineData("""{"requests": [{"prompt": "abc"}], "count": 2}""", "count")]
    [InlineData("""{"requests": [{"prompt": "abc"}, {"prompt": "", "tempo": 3}, 7]}""", "requests[1].prompt requests[1].tempo requests[2]")]
    [InlineData("""{"requests": [{"prompt": "1st"},{"prompt": "2nd"},{"prompt": "3rd"},{"prompt": "4th"},{"prompt": "5th"},{"prompt": "6th"},{"prompt": "7th"},{"prompt": "8th"},{"prompt": "9th"},{"prompt": "10th"},{"prompt": "11th"}]}""", "requests")]
    public async Task Batch_AtFault_NamesTheFaultsAndAcceptsNone(string body, string faults)
    {
        (int status, JsonElement error) = await host.SendAsync("POST", "/api/v1/generate/batch", body);

        Assert.Equal((422, "INVALID_REQUEST"), (status, error.GetProperty("code").GetString()));
        Assert.Equal(faults, string.Join(' ', error.GetProperty("details").EnumerateObject().Select(detail => detail.Name).Order(StringComparer.Ordinal)));
        Assert.Equal(0, (await host.GetAsync("/api/v1/jobs/status")).GetProperty("total").GetInt32());
    }

    [Fact]
    [Trait("Requirement", "A-48")]
    public async Task History_ByPageOrContinuation_HasGenerationsAndTheirTotal()
    {
        List<string> made = [];
        for (int n = 0; n < 5; n++) made.Insert(0, await host.GenerateAsync($"prompt {n}"));
        await host.SendAsync("POST", $"/api/v1/jobs/{made[0]}/reproduce");

        JsonElement second = await host.GetAsync("/api/v1/history?page=2&page_size=2&status=completed&model=composer");
        Assert.Equal(made[2..4], Ids(second, "generations"));
        Assert.Equal((5, 2, 2), (second.GetProperty("total").GetInt32(), second.GetProperty("page").GetInt32(), second.GetProperty("page_size").GetInt32()));
        JsonElement rest = await host.GetAsync($"/api/v1/history?page_size=2&continuation={second.GetProperty("continuation").GetString()}");
        Assert.Equal(made[4..], Ids(rest, "generations"));
        Assert.Equal(0, (await host.GetAsync("/api/v1/history?model=musicgen-small")).GetProperty("total").GetInt32());
        Assert.Equal(400, (await host.SendAsync("GET", $"/api/v1/history?page=2&continuation={second.GetProperty("continuation").GetString()}")).Status);
    }

    [Fact]
    [Trait("Requirement", "A-49")]
    public async Task DeleteGeneration_GoesByItsState()
    {
        string ended = await host.GenerateAsync(), running = await host.GenerateAsync(run: false);

        Assert.Equal(409, (await host.SendAsync("DELETE", $"/api/v1/generations/{running}")).Status);
        Assert.Equal((200, true), await host.SendAsync("DELETE", $"/api/v1/generations/{ended}") is var gone ? (gone.Status, gone.Body.GetProperty("deleted").GetBoolean()) : default);
        Assert.Equal(404, (await host.SendAsync("DELETE", $"/api/v1/generations/{ended}")).Status);
        Assert.Equal(404, (await host.SendAsync("GET", $"/api/v1/jobs/{ended}")).Status);
        Assert.Equal(404, (await host.SendAsync("GET", $"/api/v1/files/{ended}.wav")).Status);
        Assert.DoesNotContain(host.Blobs.Names, name => name.Contains(ended, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "A-50")]
    public async Task Prompts_OfACaller_AreTheirsByCount()
    {
        foreach (string prompt in (string[])["often", "rarely", "often"]) await host.GenerateAsync(prompt, run: false, caller: "alice");
        await host.GenerateAsync("hidden", run: false, caller: "bob");

        JsonElement hers = await host.GetAsync("/api/v1/prompts", caller: "alice");
        Assert.Equal(
            [("often", 2), ("rarely", 1)],
            hers.GetProperty("prompts").EnumerateArray().Select(use => (use.GetProperty("prompt").GetString()!, use.GetProperty("used_count").GetInt32())));
        Assert.Equal(3, (await host.GetAsync("/api/v1/prompts")).GetProperty("prompts").GetArrayLength());
    }

    [Fact]
    public async Task JobsOfOthers_AreUnknownEverywhere()
    {
        string hers = await host.GenerateAsync(caller: "alice");
        foreach ((string method, string address) in ((string, string)[])
            [
                ("GET", $"/api/v1/jobs/{hers}"), ("GET", $"/api/v1/jobs/{hers}/files/file"), ("GET", $"/api/v1/files/{hers}.wav"), ("POST", $"/api/v1/jobs/{hers}/cancel"),
                ("POST", $"/api/v1/jobs/{hers}/dismiss"), ("POST", $"/api/v1/jobs/{hers}/reproduce"), ("DELETE", $"/api/v1/jobs/{hers}"), ("DELETE", $"/api/v1/generations/{hers}"),
            ])
        {
            Assert.True((await host.SendAsync(method, address, caller: "bob")).Status == 404, $"{method} {address}");
        }

        Assert.Empty(Ids(await host.GetAsync("/api/v1/jobs", "bob")));
        Assert.Empty(Ids(await host.GetAsync("/api/v1/history", "bob"), "generations"));
        Assert.Equal(0, (await host.GetAsync("/api/v1/jobs/status", "bob")).GetProperty("total").GetInt32());
        Assert.Equal([hers], Ids(await host.GetAsync("/api/v1/jobs", "alice")));
        Assert.Equal([hers], Ids(await host.GetAsync("/api/v1/jobs")));
        Assert.Equal(403, (await host.SendAsync("GET", "/api/v1/consistency", caller: "alice")).Status);
        Assert.Equal(403, (await host.SendAsync("POST", "/api/v1/consistency/repair", caller: "alice")).Status);
    }

    [Fact]
    public async Task Reproduce_CompletedGeneration_TellsFileByFileAndServesWhatIsKept()
    {
        string source = await host.GenerateAsync();
        (int status, JsonElement accepted) = await host.SendAsync("POST", $"/api/v1/jobs/{source}/reproduce?keep=true");
        Assert.Equal(202, status);
        await host.Orchestrator.RunAllAsync();

        JsonElement job = await host.GetAsync(accepted.GetProperty("status_url").GetString()!), result = job.GetProperty("result");
        Assert.Equal(("reproduction", true, source), (job.GetProperty("kind").GetString(), result.GetProperty("identical").GetBoolean(), result.GetProperty("source_id").GetString()));
        Assert.All(result.GetProperty("files").EnumerateArray(), file => Assert.Equal(file.GetProperty("original").GetRawText(), file.GetProperty("reproduced").GetRawText()));
        byte[] original = await host.Http.GetByteArrayAsync($"/api/v1/jobs/{source}/files/mix"), again = await host.Http.GetByteArrayAsync(result.GetProperty("kept").GetProperty("mix").GetProperty("url").GetString());
        Assert.Equal(original, again);
    }

    static IEnumerable<string> Ids(JsonElement list, string name = "jobs") => list.GetProperty(name).EnumerateArray().Select(job => job.GetProperty("job_id").GetString()!);
}
