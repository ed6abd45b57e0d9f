using System.Globalization;
using System.Text.RegularExpressions;
using DgxMusic.Dsp;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Pipeline.Tests.Separations;

public sealed partial class SeparationProgressTests
{
    [Fact]
    [Trait("Requirement", "D-14")]
    [Trait("Requirement", "D-17")]
    public async Task Progress_OfEachWindow_IsThirtyAndSixHundredthsOfItsPercentCutOff()
    {
        const int windows = 16;
        AudioBuffer song = SeparationStory.Noise(windows * SeparationStory.Stride);
        var fake = new WindowedFake();
        using var story = new SeparationStory(fake, song);
        fake.BeforeWindow = (_, _) => story.Host.Clock.Advance(TimeSpan.FromSeconds(1));
        await story.CompleteAsync();

        JobUpdate[] separating = [.. (await story.UpdatesAsync()).Where(update => update.CurrentStep == JobStep.Separating)];
        Assert.Equal([30, .. Enumerable.Range(1, windows).Select(window => 30 + (100 * window * 60 / windows / 100))], separating.Select(update => update.Progress));
        Assert.Equal(
            [.. Enumerable.Range(1, windows).Select(window => FormattableString.Invariant($"{100.0 * window / windows:F1} % of {windows}"))],
            separating[1..].Select(update => Done().Match(update.StatusMessage).Value));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(20)]
    [Trait("Requirement", "D-14")]
    [Trait("Requirement", "D-17")]
    [Trait("Requirement", "X-16")]
    public async Task Progress_OverParts_NeverFallsAndHasItsShares(int networks)
    {
        var fake = new WindowedFake { Networks = networks };
        using var story = new SeparationStory(fake);
        fake.BeforeWindow = (_, _) => story.Host.Clock.Advance(TimeSpan.FromSeconds(7));
        await story.CompleteAsync();

        IReadOnlyList<JobUpdate> updates = await story.UpdatesAsync();
        Assert.Equal(networks > 1, story.Parts.Count > 1);
        Assert.Equal(updates.Select(update => update.Progress).Order(), updates.Select(update => update.Progress));
        Assert.All(updates.Where(update => update.CurrentStep is JobStep.LoadingModel or JobStep.Decoding), update => Assert.InRange(update.Progress, 0, 29));
        Assert.All(updates.Where(update => update.CurrentStep is JobStep.Measuring or JobStep.Encoding or JobStep.Publishing), update => Assert.InRange(update.Progress, 90, 99));
        Assert.Equal((30, 90), (updates.First(update => update.CurrentStep == JobStep.Separating).Progress, updates.Last(update => update.CurrentStep == JobStep.Separating).Progress));
        Assert.Equal((100, JobStatus.Completed), (updates[^1].Progress, updates[^1].Status));

        // Which network, and how many there are.
        string[] told = [.. updates.Where(update => update.CurrentStep == JobStep.Separating).Select(update => update.StatusMessage)];
        string[] models = [.. told.Select(message => Model().Match(message)).Where(match => match.Success).Select(match => match.Groups[2].Value).Distinct()];
        Assert.Equal(networks == 1 ? [] : [networks.ToString(CultureInfo.InvariantCulture)], models);
    }

    [Fact]
    [Trait("Requirement", "D-14")]
    public async Task Progress_TwoNetworks_CountsEachOfThem()
    {
        var fake = new WindowedFake { Networks = 2 };
        using var story = new SeparationStory(fake, SeparationStory.Noise(4 * SeparationStory.Stride));
        await story.CompleteAsync();
        SegmentRequest part = Assert.Single(story.Parts);
        Assert.Equal(4 * SeparationStory.Stride, part.To);
        Assert.Contains((await story.UpdatesAsync()).Select(update => update.StatusMessage), message => message.Contains("model 2 of 2: 100.0 % of 8 ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0.0, 0)]
    [InlineData(0.1, 0.5)]
    [InlineData(0.6, 0.5)]
    [Trait("Requirement", "D-16")]
    public async Task Updates_ComeAtMostTwiceASecondAndTheLastAlways(double secondsAWindow, double apart)
    {
        var fake = new WindowedFake();
        using var story = new SeparationStory(fake);
        fake.BeforeWindow = (_, _) => story.Host.Clock.Advance(TimeSpan.FromSeconds(secondsAWindow));
        await story.CompleteAsync();

        JobUpdate[] told = [.. (await story.UpdatesAsync()).Where(update => update.CurrentStep == JobStep.Separating && !IsEndOfPart(update, story))];
        if (secondsAWindow == 0) Assert.True(told.Length <= story.Parts.Count, $"{told.Length} updates of {story.Parts.Count} parts");
        Assert.All(told.Skip(1).Zip(told), pair => Assert.True((pair.First.At - pair.Second.At).TotalSeconds >= apart));
        foreach (SegmentRequest part in story.Parts)
            Assert.Contains(await story.UpdatesAsync(), update => update.Progress == 30 + (60 * part.To / SeparationStory.Song.Frames) && Done().IsMatch(update.StatusMessage));
    }

    [Fact]
    [Trait("Requirement", "D-20")]
    public async Task ExpectedCompletion_EvenWork_IsWhenItEnds()
    {
        var fake = new WindowedFake { Networks = 10 };
        using var story = new SeparationStory(fake);
        List<(DateTime Expected, int Progress)> seen = [];
        fake.BeforeWindow = (_, _) =>
        {
            story.Host.Clock.Advance(TimeSpan.FromSeconds(1));
            Job now = story.Host.Ledger.GetAsync(story.JobId).GetAwaiter().GetResult();
            if (now.ExpectedCompletion is { } end) seen.Add((end, now.Progress));
        };
        DateTime began = story.Host.Clock.GetUtcNow().UtcDateTime;
        await story.CompleteAsync();
        double took = (story.Host.Clock.GetUtcNow().UtcDateTime - began).TotalSeconds;
        Assert.True(seen.Count > 10);
        Assert.All(seen.Where(one => one.Progress > 45), one => Assert.InRange((one.Expected - began).TotalSeconds, 0.8 * took, 1.2 * took));
    }

    [Fact]
    [Trait("Requirement", "D-14")]
    public void Tally_PartsInAnyOrderAndAgain_CountsEachOnceAndNeverFalls()
    {
        WorkPart[] told = [.. Enumerable.Range(0, 10).SelectMany(part => new[] { 0, 0.25, 0.5, 1 }.Select(done => new WorkPart(part * 10, (part * 10) + 10, done)))];
        for (int seed = 0; seed < 50; seed++)
        {
            var chance = new Random(seed);
            WorkPart[] shuffled = [.. told.Concat(told).OrderBy(_ => chance.Next())];
            WorkTally tally = WorkTally.Begin(100);
            foreach (WorkPart part in shuffled)
            {
                WorkTally next = tally.With(part);
                Assert.InRange(next.Done, tally.Done, 1);
                tally = next;
            }

            Assert.Equal((1.0, 100L, 0), (tally.Done, tally.Finished, tally.Open.Count));
        }
    }

    [Fact]
    [Trait("Requirement", "D-14")]
    public void Tally_OfNothing_IsDone() => Assert.Equal(1, WorkTally.Begin(0).Done);

    [Fact]
    [Trait("Requirement", "D-14")]
    public void Tally_PartedAnew_CountsWhatIsDoneAnewFromItsBeginning()
    {
        WorkTally tally = WorkTally.Begin(100).With(new(0, 20, 1)).With(new(20, 40, 0.5)).With(new(40, 60, 1));
        Assert.Equal(0.5, tally.Done);
        tally = tally.With(new(20, 30, 0));
        Assert.Equal(0.4, tally.Done);
        for (int from = 20; from < 100; from += 10) tally = tally.With(new(from, from + 10, 0)).With(new(from, from + 10, 1));
        Assert.Equal((1.0, 100L), (tally.Done, tally.Finished));
    }

    static bool IsEndOfPart(JobUpdate update, SeparationStory story) =>
        story.Parts.Any(part => update.StatusMessage.Contains(FormattableString.Invariant($": {100.0 * part.To / SeparationStory.Song.Frames:F1} % of"), StringComparison.Ordinal))
        || !Done().IsMatch(update.StatusMessage);

    [GeneratedRegex(@"\d+\.\d % of \d+")]
    private static partial Regex Done();

    [GeneratedRegex(@"model (\d+) of (\d+)")]
    private static partial Regex Model();
}
