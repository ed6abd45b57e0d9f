using DgxMusic.Api.Resources;

namespace DgxMusic.Api.Examinations;

/// <summary>What an examination found wrong, a sentence each that says what to do.</summary>
sealed class Findings(string name)
{
    readonly List<(HealthStatus Status, string Message)> all = [];

    /// <summary>It works, and will get in the way.</summary>
    public void Warn(string message) => all.Add((HealthStatus.Degraded, message));

    /// <summary>It does not work.</summary>
    public void Fail(string message) => all.Add((HealthStatus.Unhealthy, message));

    /// <summary>The worst first.</summary>
    /// <param name="well">What is said where nothing is wrong.</param>
    public HealthCheck Sum(string well) => all.Count == 0
        ? new(name, HealthStatus.Healthy, well)
        : new(name, all.Max(one => one.Status), string.Join(" ", all.OrderByDescending(one => one.Status).Select(one => one.Message)));
}
