using Koda.Server.Engine;
using Koda.Server.Engine.Tasks;
using Koda.Testing;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Tasks;

public sealed class QueueGaugeTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task The_queue_of_each_agent_is_counted_over_all_priorities()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish();
        foreach (var priority in new[] { 0, 5, 5, -3 })
            await server.Submit(priority: priority);
        await server.Publish("other-queue");
        await server.Submit("other-queue");

        using var tasks = Collect<long>(server, "koda.queue.tasks");

        Assert.Equal(4, Of(tasks, server.Agent));
        Assert.Equal(1, Of(tasks, "other-queue"));
    }

    [Fact]
    public async Task The_age_is_that_of_the_task_that_waits_longest_whatever_its_priority()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish();
        var late = await server.Submit(priority: -1);
        await server.Submit(priority: 7);
        await server.Execute($"update tasks set updated_at = clock_timestamp() - interval '90 minutes' where id = '{late.Id}'");

        using var age = Collect<double>(server, "koda.queue.age");

        Assert.InRange(Of(age, server.Agent), 5400, 5500);
    }

    [Fact]
    public async Task A_queue_that_is_empty_again_has_no_tasks_and_no_age()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await server.Submit();
        using (var before = Collect<long>(server, "koda.queue.tasks"))
            Assert.Equal(1, Of(before, server.Agent));
        await using var worker = await server.Connect();
        await worker.Complete(await worker.Take());

        await Eventually.IsTrue(
            () =>
            {
                using var tasks = Collect<long>(server, "koda.queue.tasks");
                return Task.FromResult(Of(tasks, server.Agent) == 0);
            },
            "The queue is looked at again.");
        using var age = Collect<double>(server, "koda.queue.age");
        Assert.Equal(0, Of(age, server.Agent));
    }

    [Fact]
    public async Task More_agents_than_a_hundred_are_one_series()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish();
        var template = await server.Submit();
        await server.Execute($"""
            create temp table many as select * from tasks where id = '{template.Id}';
            insert into tasks select (jsonb_populate_record(null::tasks, to_jsonb(many) || jsonb_build_object('id', gen_random_uuid(), 'agent_id', 'many-' || n))).*
            from many, generate_series(1, 150) as n;
            drop table many
            """);

        using var tasks = Collect<long>(server, "koda.queue.tasks");

        var measured = tasks.GetMeasurementSnapshot();
        Assert.Equal(101, measured.Count);
        Assert.True(Of(tasks, "_OTHER") >= 50);
        await server.Execute("delete from tasks where agent_id like 'many-%'");
    }

    // Resolving it registers its instruments, and a collection asks it.
    private static MetricCollector<T> Collect<T>(EngineServer server, string name) where T : struct
    {
        server.Get<QueueGauge>();
        var collector = new MetricCollector<T>(server.Meters, EngineMetrics.MeterName, name);
        collector.RecordObservableInstruments();
        return collector;
    }

    private static T Of<T>(MetricCollector<T> collector, string agent) where T : struct =>
        collector.GetMeasurementSnapshot().Last(measured => Equals(measured.Tags["gen_ai.agent.id"], agent)).Value;
}
