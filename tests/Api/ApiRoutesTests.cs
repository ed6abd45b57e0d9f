using System.Text.Json;
using System.Text.Json.Nodes;
using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace DgxMusic.Api.Tests;

public sealed class ApiRoutesTests
{
    [Fact]
    [Trait("Requirement", "A-81")]
    public void OpenApi_DescribesEveryMappedRouteAndNoOther()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        WebApplication app = builder.Build();
        app.MapApi();
        string[] mapped = [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(method => $"{method} {endpoint.RoutePattern.RawText}")).Order(StringComparer.Ordinal)];
        string[] described = [.. OpenApiDocument.Write(ApiRoutes.All)["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key.ToUpperInvariant()} {path.Key}")).Order(StringComparer.Ordinal)];
        Assert.Equal(mapped, described);
    }

    [Fact]
    public void OpenApi_OperationIds_AreUniqueAndAnswersAreDescribed()
    {
        JsonNode[] operations = [.. OpenApiDocument.Write(ApiRoutes.All)["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => operation.Value!))];
        Assert.Equal(operations.Length, operations.Select(operation => operation["operationId"]!.GetValue<string>()).Distinct().Count());
        Assert.All(operations, operation => Assert.All(operation["responses"]!.AsObject(), answer => Assert.NotEqual("", answer.Value!["description"]!.GetValue<string>())));
    }

    [Fact]
    [Trait("Requirement", "A-40")]
    public void GenerationSchema_NamesExactlyTheFieldsThatAreRead()
    {
        JsonObject fields = OpenApiDocument.Write(ApiRoutes.All)["paths"]!["/api/v1/generate"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!["properties"]!.AsObject();
        GenerationRequest request = GenerationBody.Parse(JsonSerializer.SerializeToElement(new { prompt = "three words here" }));
        Assert.Equal(GenerationBody.Write(request).Keys.Append("preset").Concat(TermsBody.Fields).Order(StringComparer.Ordinal), fields.Select(field => field.Key).Order(StringComparer.Ordinal));
        Assert.All(fields, field => Assert.NotEqual("", field.Value!["description"]!.GetValue<string>()));
    }

    [Fact]
    public void GenerationBody_WrittenAndRead_IsTheSameRequest()
    {
        var request = new GenerationRequest
        {
            Prompt = "a \"quoted\" 🎻\nprompt", Duration = 33.5, Seed = ulong.MaxValue, Stems = true, Bpm = 99.5, Key = "F# minor", TopK = 3,
            Export = new() { Normalize = false, TargetLufs = -23, Mode = LoudnessMode.Limiter, BitDepth = BitDepth.Float, SampleRateHz = 44_100, Resampling = ResamplingQuality.VeryHigh },
        };
        Assert.Equal(request, GenerationBody.Parse(JsonSerializer.SerializeToElement(GenerationBody.Write(request), ApiJson.Options)));
    }

    [Fact]
    public void GenerationBody_ManyFaults_AreAllNamed()
    {
        JsonElement body = JsonDocument.Parse("""{"prompt": 5, "duration": "long", "stems": 1, "seed": 1.5, "top_k": 2.5, "mode": "loud", "colour": "blue"}""").RootElement;
        PipelineException refusal = Assert.Throws<PipelineException>(() => GenerationBody.Parse(body));
        Assert.Equal(["colour", "duration", "mode", "prompt", "seed", "stems", "top_k"], refusal.Details.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(50, 100, HealthStatus.Healthy)]
    [InlineData(20, 100, HealthStatus.Healthy)]
    [InlineData(19, 100, HealthStatus.Degraded)]
    [InlineData(10, 100, HealthStatus.Degraded)]
    [InlineData(9, 100, HealthStatus.Unhealthy)]
    [Trait("Requirement", "A-80")]
    public void Disk_AtItsBorders_HasTheStatusOfTheRule(long free, long total, HealthStatus status) => Assert.Equal(status, Health.DiskOf(free, total).Status);
}
