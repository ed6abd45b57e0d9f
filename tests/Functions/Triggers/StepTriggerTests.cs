using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Definitions;
using Microsoft.Azure.Functions.Worker;

namespace DgxMusic.Functions.Tests.Triggers;

public sealed class StepTriggerTests
{
    [Fact]
    public void Orchestrations_OfThePipeline_HaveOneTriggerEachOfTheirName() =>
        Assert.Equal(PipelineDefinitions.Orchestrations.Select(one => one.Name).Order(), Trigger.NamesOf<OrchestrationTriggerAttribute>().Order());

    [Fact]
    public void Activities_OfThePipeline_HaveOneTriggerEachOfTheirName_ButThoseOfTheGpuLane() =>
        Assert.Equal(PipelineDefinitions.Activities.Where(one => one.Lane != Lane.Gpu).Select(one => one.Name).Order(), Trigger.NamesOf<ActivityTriggerAttribute>().Order());

    [Fact]
    public void GpuLane_OfThePipeline_HasATwinHereForEveryStep()
    {
        string[] here = [.. Trigger.NamesOf<ActivityTriggerAttribute>()];
        Assert.All(PipelineDefinitions.Activities.Where(one => one.Lane == Lane.Gpu), step => Assert.Contains(step.Name + "OnCpu", here));
    }

    /// <summary>A slip in a list of this length would run one step under the name of another.</summary>
    [Fact]
    public void Steps_OfThePipeline_AreRunByTheTriggersOfTheirNames() =>
        Assert.All(Trigger.All.Where(trigger => trigger.Binding is OrchestrationTriggerAttribute or ActivityTriggerAttribute), trigger => Assert.Equal([trigger.Name], trigger.Steps));

    [Fact]
    public void Names_OfAllFunctions_AreDistinct() => Assert.Equal(Trigger.All.Count, Trigger.All.Select(trigger => trigger.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());

    [Fact]
    public void Triggers_ThatMayStartWork_AreToldWhereDurableTaskIs()
    {
        string[] rest = ["TrimEvents", "CleanUp"];
        Assert.All(Trigger.All.Where(trigger => trigger.Binding is not OrchestrationTriggerAttribute), trigger => Assert.NotEqual(rest.Contains(trigger.Name), trigger.MeetsDurable));
        Assert.All(Trigger.All.Where(trigger => trigger.Binding is OrchestrationTriggerAttribute), trigger => Assert.False(trigger.MeetsDurable));
    }
}
