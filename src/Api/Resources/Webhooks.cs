using System.Text.Json;
using System.Text.Json.Nodes;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Webhooks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace DgxMusic.Api.Resources;

/// <summary>Who is told of a job's end, and with what they tell that it was us.</summary>
public sealed class Webhooks(WebhookSecrets secrets, IOptions<WebhookOptions> options)
{
    const string Field = "webhook_url";

    public async Task<IResult> ReadSecretAsync(HttpRequest request) =>
        Results.Json(await secrets.GetAsync(Callers.Of(request).Id, request.HttpContext.RequestAborted), ApiJson.Options);

    public async Task<IResult> RotateSecretAsync(HttpRequest request) =>
        Results.Json(await secrets.RotateAsync(Callers.Of(request).Id, request.HttpContext.RequestAborted), ApiJson.Options, statusCode: StatusCodes.Status201Created);

    /// <summary>Takes the address out of a body, which then is about the work alone, and puts it into the terms.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: it is not an address we send to.</exception>
    public (JsonElement Body, JobTerms Terms) Take(JsonElement body, JobTerms terms)
    {
        if (!body.TryGetProperty(Field, out JsonElement given)) return (body, terms);
        if (given.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
            throw new PipelineException(Problem.InvalidRequest, $"'{Field}' is not a string.", new Dictionary<string, string> { [Field] = $"'{Field}' is not a string." });
        string? url = given.GetString();
        if (url is not null) WebhookTarget.Check(url, options.Value.AllowPrivateAddresses);
        JsonObject rest = JsonObject.Create(body)!;
        rest.Remove(Field);
        return (JsonSerializer.SerializeToElement(rest), terms with { WebhookUrl = url });
    }
}
