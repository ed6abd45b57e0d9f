using System.Diagnostics.Metrics;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DgxMusic.Pipeline.Telemetry;

/// <summary>Sends spans and figures by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says to; without it nothing is made and nothing is sent.</summary>
/// <param name="service">What this program calls itself there.</param>
/// <param name="statistics">Of the queue; null where another program tells of it.</param>
public sealed class TelemetryExport(string service, IConfiguration configuration, QueueStatistics? statistics) : IHostedService, IDisposable
{
    TracerProvider? traces;
    MeterProvider? figures;
    Meter? meter;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not { Length: > 0 }) return Task.CompletedTask;
        ResourceBuilder resource = ResourceBuilder.CreateDefault().AddService(service, serviceVersion: ProductVersion.Text);
        traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Spans.Name, "Microsoft.AspNetCore").AddOtlpExporter().Build();
        meter = new(Spans.Name);
        if (statistics is not null) meter.CreateObservableGauge("dgx.queue.length", () => statistics.ReadAsync().GetAwaiter().GetResult().PendingJobs, "{job}", "Jobs that wait.");
        figures = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
            .AddMeter(Spans.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel").AddOtlpExporter().Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sends what has not been sent.</summary>
    public void Dispose()
    {
        traces?.Dispose();
        figures?.Dispose();
        meter?.Dispose();
    }
}

public static class TelemetryServices
{
    /// <summary>Called before anything else is hosted, so that what a start takes up at once is heard too.</summary>
    /// <param name="tellsOfQueue">One program of an installation does.</param>
    public static IServiceCollection AddTelemetryExport(this IServiceCollection services, string service, bool tellsOfQueue) => services.AddHostedService(provider => new TelemetryExport(
        service, provider.GetRequiredService<IConfiguration>(), tellsOfQueue ? provider.GetRequiredService<QueueStatistics>() : null));
}
