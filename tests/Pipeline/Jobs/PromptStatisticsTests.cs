using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Jobs;

public sealed class PromptStatisticsTests
{
    static readonly Caller alice = new("key_alice", "Alice", Tier.Free, IsAdmin: false);

    [Fact]
    [Trait("Requirement", "A-50")]
    public async Task Read_AcceptedGenerations_AreCountedByTheirPrompt()
    {
        using var host = new TestHost();
        DateTime start = host.Clock.GetUtcNow().UtcDateTime;
        foreach (string prompt in (string[])["calm 🎹", "loud", "  calm 🎹 ", "loud", "calm 🎹", "odd one"]) await host.SubmitAsync(TestHost.Request(prompt));

        IReadOnlyList<PromptUse> uses = await host.Get<PromptStatistics>().ReadAsync(Caller.Owner, 10);

        Assert.Equal([("calm 🎹", 3L), ("loud", 2L), ("odd one", 1L)], uses.Select(use => (use.Prompt, use.UsedCount)));
        Assert.Equal((start.AddMilliseconds(1), start.AddMilliseconds(5)), (uses[0].FirstUsedAt, uses[0].LastUsedAt));
        Assert.Equal("calm 🎹", Assert.Single(await host.Get<PromptStatistics>().ReadAsync(Caller.Owner, 1)).Prompt);
        Assert.Empty(await host.Get<PromptStatistics>().ReadAsync(Caller.Owner, 0));
    }

    [Fact]
    [Trait("Requirement", "A-50")]
    public async Task Count_OnManyThreads_LosesNothing()
    {
        using var host = new TestHost();
        PromptStatistics statistics = host.Get<PromptStatistics>();
        await Parallel.ForAsync(0, 200, async (n, _) => await statistics.CountAsync(alice.Id, n % 4 == 0 ? "rare" : "usual"));

        Assert.Equal([("usual", 150L), ("rare", 50L)], (await statistics.ReadAsync(alice, 10)).Select(use => (use.Prompt, use.UsedCount)));
        Assert.Equal([("usual", 150L), ("rare", 50L)], (await statistics.ReadAsync(Caller.Owner, 10)).Select(use => (use.Prompt, use.UsedCount)));
    }

    [Fact]
    [Trait("Requirement", "A-50")]
    public async Task Read_PromptsOfOthers_AreNotShown()
    {
        using var host = new TestHost();
        PromptStatistics statistics = host.Get<PromptStatistics>();
        await statistics.CountAsync(alice.Id, "hers");
        await statistics.CountAsync("key_bob", "his");
        await statistics.CountAsync(Caller.OwnerId, "the owner's");

        Assert.Equal("hers", Assert.Single(await statistics.ReadAsync(alice, 10)).Prompt);
        Assert.Equal(3, (await statistics.ReadAsync(Caller.Owner, 10)).Count);
    }

    [Fact]
    public async Task Read_AfterCountsThatDied_RanksEveryPromptOnce()
    {
        using var host = new TestHost();
        PromptStatistics statistics = host.Get<PromptStatistics>();
        foreach (string prompt in (string[])["first", "second"])
        {
            for (int writes = 0; writes < 4; writes++)
            {
                host.Clock.Advance(TimeSpan.FromSeconds(1));
                host.Rows.WritesLeft = writes;
                await Record.ExceptionAsync(() => statistics.CountAsync(Caller.OwnerId, prompt));
            }
        }

        host.Rows.WritesLeft = null;
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        IReadOnlyList<PromptUse> uses = await statistics.ReadAsync(Caller.Owner, 10);
        Assert.Equal(["first", "second"], uses.Select(use => use.Prompt).Order(StringComparer.Ordinal));
        Assert.Equal(uses, await statistics.ReadAsync(Caller.Owner, 10));
        Assert.Equal(2, (await host.Catalog.QueryAsync("prompts-ranked", "all", null, 100)).Count);
    }
}
