using System.Text.Json;
using System.Text.Json.Nodes;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Webhooks;
using Microsoft.Extensions.Options;

namespace DgxMusic.Api.Resources;

/// <summary>The fields of a body that are about the job and not about its work: who is told of its end, its priority, what it waits for.</summary>
public sealed class TermsBody(JobLedger ledger, FeatureGate features, IOptions<WebhookOptions> webhooks)
{
    const string Webhook = "webhook_url", Priority = "priority", After = "after";
    static readonly string[] priorities = [.. Enum.GetNames<JobPriority>().Select(name => name.ToLowerInvariant())];

    /// <summary>The names of these fields.</summary>
    public static IReadOnlyList<string> Fields { get; } = [Webhook, Priority, After];

    public static IEnumerable<KeyValuePair<string, JsonNode?>> Schema() =>
    [
        new(Webhook, ExportFields.Field("string", "An http or https address that is told of the job's end, signed; see /api/v1/webhooks/secret.", ("maxLength", WebhookTarget.LongestUrl))),
        new(Priority, ExportFields.Field("string", "Goes before jobs of lower classes that wait; high needs a tier.", ("enum", ExportFields.Names(priorities)), ("default", "normal"))),
        new(After, ExportFields.Field("array", "Ids of jobs of yours that have to complete first; where one does not, this one fails.", ("items", new JsonObject { ["type"] = "string" }), ("maxItems", JobTerms.MostAfter))),
    ];

    /// <summary>Takes these fields out of a body, which then is about the work alone, and puts them into the terms.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/> with a detail a field; <see cref="Problem.TierRequired"/>: not this caller's priority.</exception>
    public async Task<(JsonElement Body, JobTerms Terms)> TakeAsync(JsonElement body, JobTerms terms, Caller caller, CancellationToken cancel)
    {
        var faults = new Dictionary<string, string>();
        if (Value(body, Webhook) is { } url) terms = terms with { WebhookUrl = UrlOf(url, faults) };
        if (Value(body, Priority) is { } priority) terms = terms with { Priority = PriorityOf(priority, faults) };
        if (Value(body, After) is { } after) terms = terms with { After = await AfterOf(after, caller, faults, cancel) };
        if (faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, string.Join(" ", faults.Values), faults);
        if (terms.Priority == JobPriority.High) features.Require(caller, Features.HighPriority);
        if (!Fields.Any(field => body.TryGetProperty(field, out _))) return (body, terms);
        JsonObject rest = JsonObject.Create(body)!;
        foreach (string field in Fields) rest.Remove(field);
        return (JsonSerializer.SerializeToElement(rest), terms);
    }

    string? UrlOf(JsonElement value, Dictionary<string, string> faults)
    {
        if (value.ValueKind != JsonValueKind.String) return Fault<string>(faults, Webhook, "is not a string.");
        WebhookTarget.Check(value.GetString()!, webhooks.Value.AllowPrivateAddresses);
        return value.GetString();
    }

    static JobPriority PriorityOf(JsonElement value, Dictionary<string, string> faults)
    {
        string? name = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return priorities.Contains(name) ? Enum.Parse<JobPriority>(name!, ignoreCase: true) : Fault<JobPriority>(faults, Priority, $"is not one of {string.Join(", ", priorities)}.");
    }

    async Task<IReadOnlyList<string>> AfterOf(JsonElement value, Caller caller, Dictionary<string, string> faults, CancellationToken cancel)
    {
        bool fits = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= JobTerms.MostAfter && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String);
        if (!fits) return Fault<IReadOnlyList<string>>(faults, After, $"is not an array of at most {JobTerms.MostAfter} job ids.") ?? [];
        List<string> ids = [];
        foreach (string id in value.EnumerateArray().Select(item => item.GetString()!).Distinct())
        {
            if (JobIds.IsOne(id) && await ledger.FindAsync(id, cancel) is { } job && caller.Sees(job)) ids.Add(id);
            else Fault<string>(faults, After, $"names '{(id.Length <= 40 ? id : id[..40] + "…")}', and there is no such job.");
        }

        return ids;
    }

    static JsonElement? Value(JsonElement body, string field) => body.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    static T? Fault<T>(Dictionary<string, string> faults, string field, string fault)
    {
        faults[field] = $"'{field}' {fault}";
        return default;
    }
}
