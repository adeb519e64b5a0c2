using Koda.Server.Engine;
using Koda.Server.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Koda.Server.Hosting;

/// <summary>
/// Traces, metrics and logs over OTLP, by the standard variables of OpenTelemetry
/// (https://opentelemetry.io/docs/specs/otel/protocol/exporter/). Where none of them names a collector nothing is sent and nothing is
/// traced; a server keeps its metrics all the same, for whoever asks for them.
/// </summary>
public static class Telemetry
{
    private const string Worker = "Koda.Worker";
    private static readonly string[] s_collectors =
    [
        "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    ];

    private static readonly string[] s_settings =
    [
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "OTEL_EXPORTER_OTLP_TIMEOUT",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
        "OTEL_EXPORTER_OTLP_METRICS_HEADERS",
        "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL",
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
        "OTEL_EXPORTER_OTLP_LOGS_HEADERS",
        "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL",
        "OTEL_BSP_SCHEDULE_DELAY",
        "OTEL_METRIC_EXPORT_INTERVAL",
        "OTEL_SERVICE_NAME",
        "OTEL_RESOURCE_ATTRIBUTES",
        "OTEL_TRACES_SAMPLER",
        "OTEL_TRACES_SAMPLER_ARG",
    ];

    /// <summary>
    /// Measures a process without a host, such as a worker's, until what is returned is disposed of. Null: no collector is named.
    /// </summary>
    /// <param name="service">Names the process, unless <c>OTEL_SERVICE_NAME</c> does.</param>
    /// <param name="read">Reads a variable.</param>
    /// <param name="logging">Where else the loggers of what is returned write to.</param>
    public static OpenTelemetrySdk? Start(string service, Func<string, string?> read, Action<ILoggingBuilder> logging) =>
        !IsAsked(read)
            ? null
            : OpenTelemetrySdk.Create(telemetry =>
            {
                telemetry
                    .Services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(Settings(read)).Build())
                    .AddLogging(logging);
                Export(Measure(telemetry, service));
            });

    internal static void AddTelemetry(this WebApplicationBuilder builder, Func<string, string?> read)
    {
        if (IsDisabled(read))
            return;
        var telemetry = Measure(builder.Services.AddOpenTelemetry(), "koda-server").WithMetrics(metrics => metrics.AddPrometheusExporter());
        if (!IsAsked(read))
            return;
        builder.Configuration.AddInMemoryCollection(Settings(read));
        Export(telemetry);
    }

    private static bool IsAsked(Func<string, string?> read) =>
        s_collectors.Any(name => !string.IsNullOrWhiteSpace(read(name))) && !IsDisabled(read);

    private static bool IsDisabled(Func<string, string?> read) =>
        string.Equals(read("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase);

    private static IOpenTelemetryBuilder Measure(IOpenTelemetryBuilder telemetry, string service) =>
        telemetry
            .ConfigureResource(resource =>
                resource
                    .AddService(service, serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString(3))
                    .AddEnvironmentVariableDetector())
            .WithMetrics(metrics =>
                metrics
                    .AddRuntimeInstrumentation()
                    .AddNpgsqlInstrumentation()
                    .AddMeter(
                        CallTelemetry.SourceName,
                        EngineMetrics.MeterName,
                        Worker,
                        "System.Net.Http",
                        "Microsoft.AspNetCore.Hosting",
                        "Microsoft.AspNetCore.Server.Kestrel"));

    private static void Export(IOpenTelemetryBuilder telemetry) => telemetry
        .WithTracing(traces => traces
            .AddAspNetCoreInstrumentation()
            .AddGrpcClientInstrumentation(grpc => grpc.SuppressDownstreamInstrumentation = true)
            .AddNpgsql()
            .AddSource(CallTelemetry.SourceName, Worker, "System.Net.Http"))
        .WithLogging(null, logs => logs.IncludeFormattedMessage = true)
        .UseOtlpExporter();

    private static Dictionary<string, string?> Settings(Func<string, string?> read) => s_settings.ToDictionary(name => name, read);
}
