using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Api.Examinations;

/// <summary>Whether the identity of this program may do what it has to, tried out.</summary>
public sealed class PermissionExamination(IEnumerable<IPermissionProbe> probes, TimeProvider clock) : IExamination
{
    /// <summary>Of one trial, so that one that hangs takes nothing from the others.</summary>
    static readonly TimeSpan patience = TimeSpan.FromSeconds(10);

    public string Name => "roles";

    public async Task<HealthCheck> ExamineAsync(CancellationToken cancel)
    {
        var findings = new Findings(Name);
        string?[] faults = await Task.WhenAll(probes.Select(probe => TryAsync(probe, cancel)));
        foreach (string fault in faults.OfType<string>()) findings.Fail(fault);
        return findings.Sum($"This program may do what it has to: {string.Join(", ", probes.Select(probe => probe.Permission.Act))}.");
    }

    /// <summary>What fails otherwise is told by its kind: a message may hold addresses, which are nobody's.</summary>
    async Task<string?> TryAsync(IPermissionProbe probe, CancellationToken cancel)
    {
        Permission wanted = probe.Permission;
        using var limit = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            return await probe.IsGrantedAsync(either.Token).WaitAsync(either.Token) ? null
                : $"It may not {wanted.Act}: assign the role {wanted.Role} on {wanted.Resource} to the identity of this app.";
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"Nobody answered within {patience.TotalSeconds:F0} s when it tried to {wanted.Act}: can {wanted.Resource} be reached from here?";
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return $"It could not find out whether it may {wanted.Act} ({fault.GetType().Name}): can {wanted.Resource} be reached, and has the identity of this app the role {wanted.Role} on it?";
        }
    }
}
