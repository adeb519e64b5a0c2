using Koda.Server.Engine;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Runs;
using Koda.Testing;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine;

public sealed class EngineMetricsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly EngineOptions s_short = new()
    {
        Offer = TimeSpan.FromMilliseconds(400),
        Lease = TimeSpan.FromMilliseconds(800),
        SweepEvery = TimeSpan.FromMilliseconds(100),
    };

    [Fact]
    public async Task Attempts_are_counted_when_they_are_offered_and_by_how_they_ended()
    {
        await using var server = await EngineServer.Start(postgres);
        using var started = Counted<long>(server, "koda.attempt.started");
        using var ended = Counted<long>(server, "koda.attempt.ended");
        await server.Publish();
        await using var worker = await server.Connect();
        await server.Submit();
        await worker.Fail(await worker.Take());
        await worker.Complete(await worker.Take());

        Assert.Equal(2, started.GetMeasurementSnapshot().Sum(measured => measured.Value));
        Assert.Equal(["failed", "succeeded"], ended.GetMeasurementSnapshot().Select(measured => measured.Tags["koda.attempt.outcome"]));
    }

    [Fact]
    public async Task What_workers_report_of_models_and_tools_is_counted_once_by_agent()
    {
        await using var server = await EngineServer.Start(postgres);
        using var calls = Counted<long>(server, "koda.usage.model_calls");
        using var tools = Counted<long>(server, "koda.usage.tool_calls");
        using var tokens = Counted<long>(server, "koda.usage.tokens");
        using var cost = Counted<double>(server, "koda.usage.cost");
        await server.Publish();
        await using var worker = await server.Connect();
        await server.Submit();
        var attempt = await worker.Take();
        var batch = new EventBatch(
            attempt.Attempt, 1, [new ReportedEvent("model.finished", "{}", new UsageTotals(100, 20, 50, 0, 5, 1_500_000, 0, 0))]);
        await worker.Connection.Report(batch, default);
        await worker.Next<EventsRecorded>();
        await worker.Connection.Report(batch, default);
        await worker.Complete(attempt, "done", new ReportedEvent("tool.finished", "{}"));

        Assert.Equal(1, calls.GetMeasurementSnapshot().Sum(measured => measured.Value));
        Assert.Equal(1, tools.GetMeasurementSnapshot().Sum(measured => measured.Value));
        Assert.Equal(1.5, cost.GetMeasurementSnapshot().Sum(measured => measured.Value));
        Assert.Equal(
            100,
            tokens
                .GetMeasurementSnapshot()
                .Where(measured => Equals(measured.Tags["gen_ai.token.type"], "input"))
                .Sum(measured => measured.Value));
        Assert.Equal(
            20,
            tokens
                .GetMeasurementSnapshot()
                .Where(measured => Equals(measured.Tags["gen_ai.token.type"], "output"))
                .Sum(measured => measured.Value));
        Assert.All(cost.GetMeasurementSnapshot(), measured => Assert.Equal(server.Agent, measured.Tags["gen_ai.agent.id"]));
    }

    [Fact]
    public async Task Workers_and_what_they_hold_are_known_at_any_time()
    {
        await using var server = await EngineServer.Start(postgres);
        using var workers = Counted<int>(server, "koda.worker.connected");
        using var leases = Counted<int>(server, "koda.lease.held");
        await server.Publish();
        await using (var worker = await server.Connect())
        {
            await server.Submit();
            var attempt = await worker.Take();
            Assert.Equal((1, 1), (Observed(workers), Observed(leases)));
            await worker.Complete(attempt);
            Assert.Equal((1, 0), (Observed(workers), Observed(leases)));
        }
        Assert.Equal(0, Observed(workers));
    }

    [Fact]
    public async Task A_lease_that_ended_is_counted_as_lost_by_its_worker_and_as_the_end_of_its_attempt()
    {
        await using var server = await EngineServer.Start(postgres, s_short);
        using var lost = Counted<long>(server, "koda.lease.lost");
        using var ended = Counted<long>(server, "koda.attempt.ended");
        await server.Publish();
        await using var hung = await server.Connect("hung", credit: 1);
        await server.Submit();
        await hung.Take();
        await hung.Next<AttemptLost>();
        // The worker hears of it before it is counted, or after.
        await Task.WhenAll(
            lost.WaitForMeasurementsAsync(1, TimeSpan.FromMinutes(1)), ended.WaitForMeasurementsAsync(1, TimeSpan.FromMinutes(1)));

        Assert.Equal("lease_expired", Assert.Single(lost.GetMeasurementSnapshot()).Tags["koda.lease.reason"]);
        Assert.Equal("lease_expired", Assert.Single(ended.GetMeasurementSnapshot()).Tags["koda.attempt.outcome"]);
    }

    [Fact]
    public async Task Each_kind_of_batch_has_its_sizes()
    {
        await using var server = await EngineServer.Start(postgres);
        using var sizes = Counted<int>(server, "koda.batch.size");
        await server.Publish();
        await Task.WhenAll(server.Submit(), server.Submit(), server.Submit());
        await using var worker = await server.Connect();
        for (var i = 0; i < 3; i++)
            await worker.Complete(await worker.Take());

        foreach (var kind in new[] { "submission", "claim", "report" })
            Assert.Equal(
                3,
                sizes
                    .GetMeasurementSnapshot()
                    .Where(measured => Equals(measured.Tags["koda.batch.kind"], kind))
                    .Sum(measured => measured.Value));
        Assert.Contains(sizes.GetMeasurementSnapshot(), measured => Equals(measured.Tags["koda.batch.kind"], "renewal"));
    }

    [Fact]
    public async Task A_feed_counts_while_it_is_open_and_tells_how_late_what_is_new_arrives()
    {
        await using var server = await TestServer.Start(postgres);
        using var open = new MetricCollector<long>(server.Meters, EngineMetrics.MeterName, "koda.feed.open");
        using var lag = new MetricCollector<double>(server.Meters, EngineMetrics.MeterName, "koda.feed.lag");
        var stream = Guid.CreateVersion7();
        await server.Append(new StreamAppend(stream, [Note()], IsNew: true));

        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await foreach (var page in server.Feed.Follow(stream, afterSeq: 0, deadline.Token))
        {
            Assert.Equal(1, open.GetMeasurementSnapshot().Sum(measured => measured.Value));
            if (page[^1].Seq == 2)
                break;
            Assert.Empty(lag.GetMeasurementSnapshot());
            _ = server.Append(new StreamAppend(stream, [Note()]));
        }

        Assert.Equal(0, open.GetMeasurementSnapshot().Sum(measured => measured.Value));
        Assert.InRange(Assert.Single(lag.GetMeasurementSnapshot()).Value, 0, 60);
    }

    private static NewEvent Note() => new("note", "test", Guid.Empty, 0, "{}");

    private static MetricCollector<T> Counted<T>(EngineServer server, string name)
        where T : struct => new(server.Meters, EngineMetrics.MeterName, name);

    private static int Observed(MetricCollector<int> collector)
    {
        collector.RecordObservableInstruments();
        return collector.LastMeasurement!.Value;
    }
}
