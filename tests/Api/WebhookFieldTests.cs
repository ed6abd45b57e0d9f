using System.Text.Json;
using DgxMusic.Api.Resources;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Webhooks;
using Microsoft.Extensions.Options;

namespace DgxMusic.Api.Tests;

public sealed class WebhookFieldTests
{
    [Fact]
    public void Take_AddressOfTheInternet_GoesIntoTheTermsAndOutOfTheWork()
    {
        (JsonElement body, JobTerms terms) = Take("""{"prompt": "three words here", "webhook_url": "https://example.com/hook"}""");
        Assert.Equal("https://example.com/hook", terms.WebhookUrl);
        Assert.Equal("three words here", GenerationBody.Parse(body).Prompt);
    }

    [Theory]
    [InlineData("""{"prompt": "three words here"}""")]
    [InlineData("""{"prompt": "three words here", "webhook_url": null}""")]
    public void Take_NoAddress_TellsNobody(string body) => Assert.Null(Take(body).Terms.WebhookUrl);

    [Theory]
    [InlineData("""{"webhook_url": 5}""")]
    [InlineData("""{"webhook_url": ["https://example.com"]}""")]
    [InlineData("""{"webhook_url": "ftp://example.com"}""")]
    [InlineData("""{"webhook_url": "http://169.254.169.254/latest"}""")]
    public void Take_WhatIsNoAddressForUs_IsRefusedByItsField(string body)
    {
        PipelineException refusal = Assert.Throws<PipelineException>(() => Take(body));
        Assert.Equal(Problem.InvalidRequest, refusal.Problem);
        Assert.Equal(["webhook_url"], refusal.Details.Keys);
    }

    static (JsonElement Body, JobTerms Terms) Take(string body) =>
        new Webhooks(new WebhookSecrets(new MemoryCatalog(), new TestClock()), Options.Create(new WebhookOptions())).Take(JsonDocument.Parse(body).RootElement, JobTerms.Local);
}
