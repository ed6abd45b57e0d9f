using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Engines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DgxMusic.Api.Resources;

/// <summary>Weights that were registered here, as their admins see them.</summary>
/// <param name="Stems">What they take a track apart into, as the file says.</param>
/// <param name="Sha256">Of the file; compared whenever it is loaded.</param>
/// <param name="SampleRate">Hz, of the model.</param>
/// <param name="SegmentSeconds">What it hears at once.</param>
public sealed record CustomModelCard(string Name, IReadOnlyList<string> Stems, long Bytes, string Sha256, int SampleRate, double SegmentSeconds)
{
    public static CustomModelCard Of(CustomModel model) => new(model.Name, model.Sources, model.Bytes, model.Sha256, model.SampleRateHz, model.SegmentSeconds);
}

/// <summary>Registers and forgets weights by name.</summary>
public sealed class CustomModelCards(CustomModelDesk desk)
{
    /// <summary>The body is the weight file itself, so that it is no form's limit that bounds it.</summary>
    public async Task<IResult> PutAsync(HttpRequest request, string name)
    {
        UserNames.Check(name);
        if (request.ContentLength == 0) throw new PipelineException(Problem.InvalidRequest, "The body is empty; send the weight file as it is.");
        if (request.ContentLength > CustomModels.MostBytes) throw new PipelineException(Problem.BodyTooLarge, $"A weight file has at most {CustomModels.MostBytes >> 20} MiB.");
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = CustomModels.MostBytes;
        (CustomModel model, bool isNew) = await desk.AddAsync(name, request.Body, request.HttpContext.RequestAborted);
        return Results.Json(CustomModelCard.Of(model), ApiJson.Options, statusCode: isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    public async Task<IResult> DeleteAsync(HttpRequest request, string name) =>
        Results.Json(CustomModelCard.Of(await desk.RemoveAsync(name, request.HttpContext.RequestAborted)), ApiJson.Options);
}
