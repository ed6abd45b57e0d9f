using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace DgxMusic.EndToEnd.Tests;

public sealed class StorageTests : IAsyncLifetime
{
    const string Root = "/api/v1/storage";
    readonly ScratchFolder scratch = new();
    Server server = null!;

    public async Task InitializeAsync() => server = await Server.StartAsync(scratch["data"]);

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        scratch.Dispose();
    }

    [Fact]
    [Trait("Requirement", "A-30")]
    [Trait("Requirement", "A-32")]
    [Trait("Requirement", "A-33")]
    [Trait("Requirement", "A-35")]
    [Trait("Requirement", "A-37")]
    [Trait("Requirement", "A-38")]
    public async Task Files_OfAJob_AreFoundMovedCountedAndCleanedUp()
    {
        // It removes whatever there is.
        if (!server.IsOurs) return;
        string id = (await server.SubmitAsync(new { prompt = "calm piano", duration = 1 })).GetProperty("job_id").GetString()!;
        JsonElement job = await server.EndAsync(id);
        JsonElement place = await GetAsync($"path?job_id={id}");
        string path = place.GetProperty("path").GetString()!;
        Assert.Equal(job.GetProperty("file_path").GetString(), path);
        Assert.True(place.GetProperty("exists").GetBoolean());
        Assert.Equal(job.GetProperty("metadata").GetProperty("file_size_bytes").GetInt64(), (await GetAsync($"size?path={path}")).GetProperty("size_bytes").GetInt64());
        Assert.False((await GetAsync("exists?path=2026/01/01/none.wav")).GetProperty("exists").GetBoolean());
        await RefusedAsync(HttpStatusCode.NotFound, "FILE_NOT_FOUND", server.Admin.GetAsync($"{Root}/size?path=2026/01/01/none.wav"));

        string copy = path.Replace(id, "copy", StringComparison.Ordinal), moved = path.Replace(id, "moved", StringComparison.Ordinal);
        using (HttpResponseMessage copied = await server.Admin.PostAsJsonAsync($"{Root}/copy", new { source = path, destination = copy })) Assert.Equal(HttpStatusCode.OK, copied.StatusCode);
        await RefusedAsync(HttpStatusCode.Conflict, "FILE_EXISTS", server.Admin.PostAsJsonAsync($"{Root}/move", new { source = copy, destination = path }));
        using (HttpResponseMessage done = await server.Admin.PostAsJsonAsync($"{Root}/move", new { source = copy, destination = moved })) Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        JsonElement listed = await GetAsync("files?extension=WAV&limit=10");
        Assert.Contains(moved, listed.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("path").GetString()));
        Assert.DoesNotContain(copy, listed.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("path").GetString()));
        Assert.Equal(3, (await GetAsync("stats")).GetProperty("file_types").GetProperty(".wav").GetInt32());
        using (HttpResponseMessage gone = await server.Admin.DeleteAsync($"{Root}/files?path={moved}")) Assert.True((await gone.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("deleted").GetBoolean());

        JsonElement would = await PostAsync("cleanup?days_old=0");
        Assert.True(would.GetProperty("dry_run").GetBoolean());
        Assert.True((await GetAsync($"exists?path={path}")).GetProperty("exists").GetBoolean());
        JsonElement did = await PostAsync("cleanup?days_old=0&dry_run=false");
        Assert.Equal(would.GetProperty("count").GetInt32(), did.GetProperty("count").GetInt32());
        Assert.Equal(0, (await GetAsync("stats")).GetProperty("total_files").GetInt32());
        await RefusedAsync(HttpStatusCode.Gone, "FILE_PURGED", server.Admin.GetAsync($"/api/v1/jobs/{id}/files/file"));
    }

    [Theory]
    [Trait("Requirement", "A-34")]
    [InlineData("GET", "exists?path=../catalog.db")]
    [InlineData("GET", "size?path=..%2f..%2fcatalog.db")]
    [InlineData("DELETE", "files?path=work/x")]
    [InlineData("DELETE", "files?path=%252e%252e%252fcatalog.db")]
    public async Task Path_ThatLeadsElsewhere_Is400(string method, string address) =>
        await RefusedAsync(HttpStatusCode.BadRequest, "PATH_OUTSIDE_STORE", server.Admin.SendAsync(new HttpRequestMessage(new(method), $"{Root}/{address}")));

    [Theory]
    [InlineData("files?limit=-1")]
    [InlineData("files?limit=1001")]
    [InlineData("files?start_date=2026-11-21&end_date=2026-11-20")]
    [InlineData("files?start_date=yesterday")]
    [InlineData("files?container=work")]
    [InlineData("stats?container=nowhere")]
    [InlineData("exists")]
    public async Task Query_OutOfRange_Is400(string address) => await RefusedAsync(HttpStatusCode.BadRequest, "MALFORMED_REQUEST", server.Admin.GetAsync($"{Root}/{address}"));

    async Task<JsonElement> GetAsync(string address) => await server.Admin.GetFromJsonAsync<JsonElement>($"{Root}/{address}");

    async Task<JsonElement> PostAsync(string address)
    {
        using HttpResponseMessage answer = await server.Admin.PostAsync($"{Root}/{address}", null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    static async Task RefusedAsync(HttpStatusCode status, string code, Task<HttpResponseMessage> asked)
    {
        using HttpResponseMessage answer = await asked;
        JsonElement body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((status, code), (answer.StatusCode, body.GetProperty("code").GetString()));
    }
}
