using System.Globalization;
using System.Text.Json.Nodes;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

/// <summary>A key as its admins see it; nobody sees its secret again.</summary>
public sealed record KeyResource(
    string Id, string Name, string Tier, bool Admin, double? ComputeSecondsPerDay, long? BytesPerDay, DateTime CreatedAt, DateTime? ExpiresAt, DateTime? RevokedAt, string? Principal)
{
    public static KeyResource Of(ApiKey key) => new(key.Id, key.Name, key.TierName, key.IsAdmin, key.Quota.ComputeSeconds, key.Quota.Bytes, key.CreatedAt, key.ExpiresAt, key.RevokedAt, key.Principal);
}

public sealed record KeyList(IReadOnlyList<KeyResource> Keys);

/// <param name="Secret">The whole key, to be sent with every request; shown this once.</param>
public sealed record NewKey(KeyResource Key, string Secret);

public sealed record FeatureAccess(string RequiredTier, bool Allowed);

/// <summary>Who a caller is to us.</summary>
/// <param name="Id">A key's, or <c>owner</c>.</param>
/// <param name="Features">Every feature that not all have.</param>
/// <param name="Quota">Of a day, UTC; what is null has no end.</param>
/// <param name="Used">Today, by what has ended; of the owner of the machine nothing is counted.</param>
/// <param name="Left">Once what is accepted has ended as estimated; what is null has no end.</param>
public sealed record CallerResource(
    string Id, string Name, string Tier, bool Admin, IReadOnlyDictionary<string, FeatureAccess> Features, QuotaAmounts Quota, QuotaAmounts Used, QuotaAmounts Left, DateTime ResetsAt)
{
    public static CallerResource Of(Caller caller, FeatureGate gate, Usage usage, DateTime resetsAt) => new(
        caller.Id, caller.Name, Tiers.NameOf(caller.Tier), caller.IsAdmin,
        gate.Listed.ToDictionary(listed => listed.Key, listed => new FeatureAccess(Tiers.NameOf(listed.Value), gate.Allows(caller, listed.Key))),
        new(caller.Quota.ComputeSeconds, caller.Quota.Bytes), caller.HasKey ? new(usage.ComputeSeconds, usage.Bytes) : new(null, null),
        new(usage.SecondsLeft(caller.Quota), usage.BytesLeft(caller.Quota)), resetsAt);
}

public sealed record QuotaAmounts(double? ComputeSeconds, long? Bytes);

/// <summary>Keys: who may call from elsewhere.</summary>
public sealed class Keys(KeyRing ring, FeatureGate gate, Quotas quotas)
{
    public async Task<IResult> ListAsync(HttpRequest request) =>
        Results.Json(new KeyList([.. (await ring.ListAsync(request.HttpContext.RequestAborted)).Select(KeyResource.Of)]), ApiJson.Options);

    public async Task<IResult> CreateAsync(HttpRequest request)
    {
        (ApiKey key, KeyText text) = await ring.CreateAsync(await ReadAsync(request), request.HttpContext.RequestAborted);
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return Results.Json(new NewKey(KeyResource.Of(key), text.ToString()), ApiJson.Options, statusCode: StatusCodes.Status201Created);
    }

    public async Task<IResult> RevokeAsync(HttpRequest request, string id) => Results.Json(KeyResource.Of(await ring.RevokeAsync(id, request.HttpContext.RequestAborted)), ApiJson.Options);

    public async Task<IResult> ReadOwnAsync(HttpRequest request)
    {
        Caller caller = Callers.Of(request);
        return Results.Json(CallerResource.Of(caller, gate, await quotas.ReadAsync(caller, request.HttpContext.RequestAborted), quotas.ResetsAt), ApiJson.Options);
    }

    static async Task<KeyTerms> ReadAsync(HttpRequest request)
    {
        var fields = new JsonFields(await RequestBody.ReadObjectAsync(request));
        string name = fields.Text("name") ?? "", tier = fields.Text("tier") ?? "";
        double? bytes = fields.Number("bytes_per_day");
        var terms = new KeyTerms(name, Tiers.Parse(tier))
        {
            IsAdmin = fields.Flag("admin") ?? false,
            Quota = new(fields.Number("compute_seconds_per_day"), (long?)bytes),
            ExpiresAt = KeyDates.Parse(fields.Text("expires_at"), fields.Faults),
            Principal = fields.Text("principal"),
        };
        fields.RefuseUnknown();
        if (bytes is { } count && !(count >= 0 && count < long.MaxValue && count == Math.Floor(count))) fields.Faults["bytes_per_day"] = "'bytes_per_day' is a whole number, 0 or more.";
        return fields.Faults.Count == 0 ? terms : throw new PipelineException(Problem.InvalidRequest, string.Join(" ", fields.Faults.Values), fields.Faults);
    }
}

/// <summary>When keys end: a day, whose beginning in UTC counts, or a moment.</summary>
public static class KeyDates
{
    static readonly string[] forms = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    public static DateTime? Parse(string? text, Dictionary<string, string> faults)
    {
        if (text is null) return null;
        if (DateTime.TryParseExact(text, forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime at)) return at;
        faults["expires_at"] = "'expires_at' is a day such as 2027-01-31, or a moment such as 2027-01-31T18:00:00Z.";
        return null;
    }
}

/// <summary>The JSON schema of a new key.</summary>
static class KeySchema
{
    public static JsonNode Node { get; } = new JsonObject
    {
        ["type"] = "object", ["required"] = new JsonArray("name", "tier"), ["additionalProperties"] = false,
        ["properties"] = new JsonObject
        {
            ["name"] = ExportFields.Field("string", "Whose it is.", ("minLength", 1), ("maxLength", KeyTerms.LongestName)),
            ["tier"] = ExportFields.Field("string", "What it has access to.", ("enum", ExportFields.Names(Tiers.ByName.Keys))),
            ["admin"] = ExportFields.Field("boolean", "Sees everybody's jobs and files, and makes keys.", ("default", false)),
            ["compute_seconds_per_day"] = ExportFields.Field("number", "Seconds that its jobs may run in a day, UTC; without end unless given.", ("minimum", 0)),
            ["bytes_per_day"] = ExportFields.Field("integer", "Bytes that it may add to the store in a day, UTC; without end unless given.", ("minimum", 0)),
            ["principal"] = ExportFields.Field("string", "Who it stands for once the platform has signed them in: an identity provider and an id, such as aad:8c2b…", ("maxLength", KeyTerms.LongestPrincipal)),
            ["expires_at"] = ExportFields.Field("string", "A day such as 2027-01-31, or a moment, UTC; never unless given."),
        },
    };
}
