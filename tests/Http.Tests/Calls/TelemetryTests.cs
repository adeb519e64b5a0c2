using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;
using Koda.Http.Tests.Probe;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Koda.Http.Tests.Calls;

/// <summary>A call is told of after its answer; a server that has ended has told of all.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task A_call_is_a_span_below_the_callers_trace()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == CallTelemetry.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                lock (spans)
                    spans.Add(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        await using (var server = await ProbeServer.Start())
            await server.Raw.Call("Guarded", "x", ("traceparent", $"00-{trace}-00f067aa0ba902b7-01"));
        var mine = spans.FindAll(span => span.TraceId.ToHexString() == trace);
        var only = Assert.Single(mine);
        Assert.Equal("testing.probe.v1.ProbeService.Guarded", only.DisplayName);
        Assert.Equal((int)StatusCode.Unauthenticated, only.GetTagItem("rpc.grpc.status_code"));
    }

    [Fact]
    public async Task A_call_is_measured_by_method_and_status()
    {
        var server = await ProbeServer.Start();
        var meters = server.Services.GetRequiredService<IMeterFactory>();
        var measured = new List<KeyValuePair<string, object?>[]>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name == "rpc.server.call.duration" && instrument.Meter.Scope == meters)
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => measured.Add(tags.ToArray()));
        listener.Start();
        await using (server)
            await server.Raw.Call("Unary", "x");
        var tags = Assert.Single(measured).ToDictionary();
        Assert.Equal(
            ("testing.probe.v1.ProbeService", "Unary", 0), (tags["rpc.service"], tags["rpc.method"], tags["rpc.grpc.status_code"]));
    }

    [Theory]
    [InlineData("Unary", LogLevel.Debug)]
    [InlineData("Guarded", LogLevel.Warning)]
    public async Task A_call_is_logged_once_by_its_outcome(string method, LogLevel level)
    {
        var server = await ProbeServer.Start();
        var log = server.Log;
        await using (server)
            await server.Raw.Call(method, "x");
        var entry = Assert.Single(log.Calls);
        Assert.Equal(level, entry.Level);
        Assert.Contains("/testing.probe.v1.ProbeService/" + method, entry.Message, StringComparison.Ordinal);
    }
}
