using System.Text.Json;
using DgxMusic.Api.Resources;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Webhooks;
using Microsoft.Extensions.Options;

namespace DgxMusic.Api.Tests;

public sealed class WebhookFieldTests
{
    [Fact]
    public async Task Take_AddressOfTheInternet_GoesIntoTheTermsAndOutOfTheWork()
    {
        (JsonElement body, JobTerms terms) = await TakeAsync("""{"prompt": "three words here", "webhook_url": "https://example.com/hook"}""");
        Assert.Equal("https://example.com/hook", terms.WebhookUrl);
        Assert.Equal("three words here", GenerationBody.Parse(body).Prompt);
    }

    [Theory]
    [InlineData("""{"prompt": "three words here"}""")]
    [InlineData("""{"prompt": "three words here", "webhook_url": null}""")]
    public async Task Take_NoAddress_TellsNobody(string body) => Assert.Null((await TakeAsync(body)).Terms.WebhookUrl);

    [Theory]
    [InlineData("""{"webhook_url": 5}""")]
    [InlineData("""{"webhook_url": ["https://example.com"]}""")]
    [InlineData("""{"webhook_url": "ftp://example.com"}""")]
    [InlineData("""{"webhook_url": "http://169.254.169.254/latest"}""")]
    public async Task Take_WhatIsNoAddressForUs_IsRefusedByItsField(string body)
    {
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => TakeAsync(body));
        Assert.Equal(Problem.InvalidRequest, refusal.Problem);
        Assert.Equal(["webhook_url"], refusal.Details.Keys);
    }

    static async Task<(JsonElement Body, JobTerms Terms)> TakeAsync(string body)
    {
        using var host = new TestHost();
        var terms = new TermsBody(host.Ledger, host.Get<FeatureGate>(), Options.Create(new WebhookOptions()));
        return await terms.TakeAsync(JsonDocument.Parse(body).RootElement, JobTerms.Local, Caller.Owner, CancellationToken.None);
    }
}
