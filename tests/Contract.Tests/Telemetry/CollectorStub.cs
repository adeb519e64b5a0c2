using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Koda.Contract.Tests.Telemetry;

/// <summary>A span as a collector gets it.</summary>
internal sealed record Span(string Trace, string Id, string Parent, string Name);

/// <summary>Takes OTLP over HTTP, as a collector does.</summary>
internal sealed class CollectorStub : IAsyncDisposable
{
    private readonly WebApplication _app;

    private CollectorStub(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public ConcurrentQueue<Span> Spans { get; } = new();

    /// <summary>The names of the metrics.</summary>
    public ConcurrentDictionary<string, bool> Metrics { get; } = new();

    /// <summary>The messages of the logs.</summary>
    public ConcurrentQueue<string> Logs { get; } = new();

    public static async Task<CollectorStub> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var stub = new CollectorStub(builder.Build());
        stub._app.MapPost("/v1/traces", async context => stub.TakeSpans(await Body(context.Request.Body)));
        stub._app.MapPost("/v1/metrics", async context => stub.TakeMetrics(await Body(context.Request.Body)));
        stub._app.MapPost("/v1/logs", async context => stub.TakeLogs(await Body(context.Request.Body)));
        await stub._app.StartAsync();
        return stub;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task<byte[]> Body(Stream body)
    {
        using var bytes = new MemoryStream();
        await body.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    // opentelemetry.proto.collector.trace.v1: resource_spans = 1, scope_spans = 2, spans = 2.
    private void TakeSpans(byte[] request)
    {
        foreach (var span in Fields(request, 1).SelectMany(resource => Fields(resource, 2)).SelectMany(scope => Fields(scope, 2)))
            Spans.Enqueue(
                new Span(Hex(span, 1), Hex(span, 2), Hex(span, 4), System.Text.Encoding.UTF8.GetString(Fields(span, 5).Single())));
    }

    // opentelemetry.proto.collector.metrics.v1: resource_metrics = 1, scope_metrics = 2, metrics = 2, name = 1.
    private void TakeMetrics(byte[] request)
    {
        foreach (var metric in Fields(request, 1).SelectMany(resource => Fields(resource, 2)).SelectMany(scope => Fields(scope, 2)))
            Metrics[System.Text.Encoding.UTF8.GetString(Fields(metric, 1).Single())] = true;
    }

    // opentelemetry.proto.collector.logs.v1: resource_logs = 1, scope_logs = 2, log_records = 2, body = 5, string_value = 1.
    private void TakeLogs(byte[] request)
    {
        foreach (var record in Fields(request, 1).SelectMany(resource => Fields(resource, 2)).SelectMany(scope => Fields(scope, 2)))
            Logs.Enqueue(System.Text.Encoding.UTF8.GetString(Fields(Fields(record, 5).Single(), 1).Single()));
    }

    private static string Hex(byte[] message, int field) => Fields(message, field) is [var bytes] ? Convert.ToHexStringLower(bytes) : "";

    private static List<byte[]> Fields(byte[] message, int number)
    {
        var found = new List<byte[]>();
        var input = new CodedInputStream(message);
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (WireFormat.GetTagFieldNumber(tag) == number && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                found.Add(input.ReadBytes().ToByteArray());
            else
                input.SkipLastField();
        }
        return found;
    }
}
