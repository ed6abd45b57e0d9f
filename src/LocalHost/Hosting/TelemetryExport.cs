using System.Diagnostics.Metrics;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>Sends spans and figures by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says to; without it nothing is made and nothing is sent.</summary>
sealed class TelemetryExport(IConfiguration configuration, QueueStatistics statistics) : IHostedService, IDisposable
{
    TracerProvider? traces;
    MeterProvider? figures;
    Meter? meter;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not { Length: > 0 }) return Task.CompletedTask;
        ResourceBuilder service = ResourceBuilder.CreateDefault().AddService("dgxmusic", serviceVersion: ProductVersion.Text);
        traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(service).AddSource(Spans.Name, "Microsoft.AspNetCore").AddOtlpExporter().Build();
        meter = new(Spans.Name);
        meter.CreateObservableGauge("dgx.queue.length", () => statistics.ReadAsync().GetAwaiter().GetResult().PendingJobs, "{job}", "Jobs that wait.");
        figures = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(service)
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
