using DgxMusic.Api.Http;
using DgxMusic.Pipeline.Webhooks;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

/// <summary>Who is told of a job's end, and with what they tell that it was us.</summary>
public sealed class Webhooks(WebhookSecrets secrets)
{
    public async Task<IResult> ReadSecretAsync(HttpRequest request) =>
        Results.Json(await secrets.GetAsync(Callers.Of(request).Id, request.HttpContext.RequestAborted), ApiJson.Options);

    public async Task<IResult> RotateSecretAsync(HttpRequest request) =>
        Results.Json(await secrets.RotateAsync(Callers.Of(request).Id, request.HttpContext.RequestAborted), ApiJson.Options, statusCode: StatusCodes.Status201Created);
}
