using DgxMusic.Api;
using DgxMusic.Functions.Tests.Triggers;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;

namespace DgxMusic.Functions.Tests.Http;

public sealed class RouteTriggerTests
{
    const string Elsewhere = "Elsewhere";

    static readonly Trigger[] triggers = [.. Trigger.All.Where(trigger => trigger.Binding is HttpTriggerAttribute)];

    public static IEnumerable<object[]> Routes => ApiRoutes.All.Where(route => route.Pattern != "/").Select(route => (object[])[route.Method, route.Pattern]);

    [Theory]
    [MemberData(nameof(Routes))]
    public void Route_OfTheApi_IsReachedByTheTriggerOfItsResource(string method, string pattern)
    {
        string path = pattern.Replace('{', 'x').Replace('}', 'x');
        Trigger[] matching = [.. triggers.Where(trigger => trigger.Name != Elsewhere && Matches(trigger, path))];
        Trigger trigger = Assert.Single(matching);
        Assert.Equal(pattern.Split('/')[3], RouteOf(trigger).Split('/')[1]);
        Assert.True(Takes(trigger, method), $"{trigger.Name} does not take {method}.");
    }

    [Fact]
    public void Trigger_OfAResource_HasARoute() => Assert.All(triggers.Where(trigger => trigger.Name != Elsewhere), trigger =>
        Assert.Contains(ApiRoutes.All, route => Matches(trigger, route.Pattern.Replace('{', 'x').Replace('}', 'x'))));

    [Fact]
    public void Elsewhere_TakesWhatNobodyElseDoes()
    {
        Trigger elsewhere = Assert.Single(triggers, trigger => trigger.Name == Elsewhere);
        Assert.All((string[])["/api", "/api/v1", "/api/v1/nothing", "/api/v2/jobs"], path => Assert.Equal([elsewhere], triggers.Where(trigger => Matches(trigger, path))));
    }

    [Fact]
    public void Triggers_AreOpenToAll_BehindOurOwnKeys_WithAnyMethod() => Assert.All(triggers, trigger =>
    {
        var http = (HttpTriggerAttribute)trigger.Binding;
        Assert.Equal(AuthorizationLevel.Anonymous, http.AuthLevel);
        Assert.Null(http.Methods);   // so that a wrong method gets our own words
    });

    [Fact]
    public void Triggers_AreInTheClassNamedAfterTheirRoutes()
    {
        string[] lists = [.. typeof(ApiRoutes).Assembly.GetTypes().Where(type => type.Namespace == "DgxMusic.Api.Routes" && type.Name.EndsWith("Routes", StringComparison.Ordinal)).Select(type => type.Name[..^6])];
        Assert.All(triggers, trigger => Assert.Contains(trigger.Method.DeclaringType!.Name.Replace("Triggers", "", StringComparison.Ordinal), lists));
    }

    static string RouteOf(Trigger trigger) => ((HttpTriggerAttribute)trigger.Binding).Route!;

    static bool Takes(Trigger trigger, string method) => ((HttpTriggerAttribute)trigger.Binding).Methods is not { } methods || methods.Contains(method, StringComparer.OrdinalIgnoreCase);

    static bool Matches(Trigger trigger, string path) => new TemplateMatcher(TemplateParser.Parse("api/" + RouteOf(trigger)), []).TryMatch(path, []);
}
