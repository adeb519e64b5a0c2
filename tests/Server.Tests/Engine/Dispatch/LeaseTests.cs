using System.Text.Json;
using Koda.Server.Engine;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Tasks;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Dispatch;

public sealed class LeaseTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly EngineOptions s_short = new()
    {
        Offer = TimeSpan.FromMilliseconds(400),
        Lease = TimeSpan.FromMilliseconds(800),
        SweepEvery = TimeSpan.FromMilliseconds(100),
        MaxLosses = 2,
    };

    [Fact]
    public async Task An_offer_that_is_not_taken_goes_to_another_worker()
    {
        await using var server = await EngineServer.Start(postgres, s_short);
        await server.Publish("offered");
        await using var deaf = await Connect(server, "deaf", "offered", credit: 1);
        var task = await server.Submit("offered");
        var ignored = await deaf.Offer();
        await using var other = await Connect(server, "other", "offered");

        var taken = await other.Take();

        Assert.Equal((task.Id, task.Id), (ignored.TaskId, taken.TaskId));
        Assert.Equal(2, taken.Attempt.FencingToken);
        Assert.Equal("lease_expired", (await deaf.Next<AttemptLost>()).Reason);
        Assert.Contains(await server.Events(task.Id), entry =>
            entry.Kind == "task.queued" && entry.Payload.Contains("offer_expired", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Work_whose_lease_ended_is_offered_again_and_late_reports_are_refused_and_recorded()
    {
        await using var one = await EngineServer.Start(postgres, s_short);
        await using var two = await EngineServer.Start(postgres, s_short);
        await one.Publish("leased");
        await using var hung = await Connect(one, "hung", "leased", credit: 1);
        var task = await one.Submit("leased");
        var lost = await hung.Take();
        await using var other = await Connect(two, "fresh", "leased");
        var taken = await other.Take();

        await hung.Connection.Report(new Completion(lost.Attempt, "too late", []), default);
        var refused = await hung.Next<AttemptLost>();
        await other.Complete(taken, "in time");

        Assert.Equal(lost.Attempt, refused.Attempt);
        Assert.Equal("in time", (await one.Read(task.Id)).Output);
        var events = await one.Events(task.Id);
        Assert.Single(events, entry => entry.Kind == "attempt.lost");
        Assert.DoesNotContain(events, entry => entry.Payload.Contains("too late", StringComparison.Ordinal));
        Assert.Null((await new VerifyLog(one.Database).VerifyStream(task.StreamId, default)).FirstBreak);
    }

    [Fact]
    public async Task A_refused_report_is_recorded_with_its_sender()
    {
        await using var server = await EngineServer.Start(postgres, s_short);
        await server.Publish("refusing");
        await using var worker = await Connect(server, "late", "refusing", credit: 1);
        var task = await server.Submit("refusing");
        var lost = await worker.Take();
        await worker.Next<AttemptLost>();

        await worker.Connection.Report(new Completion(lost.Attempt, "too late", []), default);
        var refused = await worker.Next<AttemptLost>();

        Assert.Equal("lease_expired", refused.Reason);
        var record = Assert.Single(await server.Events(task.Id), entry => entry.Kind == "security.report_refused");
        var payload = JsonDocument.Parse(record.Payload).RootElement;
        Assert.Equal(
            ("late", "completion", 1),
            (
                payload.GetProperty("worker_id").GetString(),
                payload.GetProperty("report").GetString(),
                payload.GetProperty("attempt").GetInt32()));
    }

    [Fact]
    public async Task A_renewed_lease_is_kept()
    {
        await using var server = await EngineServer.Start(postgres, s_short);
        await server.Publish("renewed");
        await using var worker = await Connect(server, "keeper", "renewed");
        var task = await server.Submit("renewed");
        var held = await worker.Take();
        var until = DateTimeOffset.UtcNow + (2 * s_short.Lease);

        while (DateTimeOffset.UtcNow < until)
        {
            worker.Connection.Renew(held.Attempt, "still at it");
            await worker.Next<LeaseRenewed>();
        }

        var stored = await server.Read(task.Id);
        Assert.Equal((TaskState.Running, 1, "still at it"), (stored.State, stored.Attempt, stored.Progress));
    }

    [Fact]
    public async Task A_worker_that_let_an_offer_end_gets_no_other_until_it_says_something()
    {
        await using var server = await EngineServer.Start(postgres, s_short);
        await server.Publish("hanging");
        await using var hung = await Connect(server, "hung-up", "hanging", credit: 10);
        var task = await server.Submit("hanging");
        await hung.Offer();
        await hung.Next<AttemptLost>();
        Assert.Null(hung.Connection.Demand());
        Assert.Equal(TaskState.Queued, (await server.Read(task.Id)).State);

        hung.Connection.Heard();

        Assert.Equal(task.Id, (await hung.Take()).TaskId);
    }

    [Fact]
    public async Task A_worker_that_keeps_an_offer_waiting_gets_no_other_meanwhile()
    {
        await using var server = await EngineServer.Start(postgres, s_short with { Offer = TimeSpan.FromSeconds(8) });
        await server.Publish("waiting");
        await using var slow = await Connect(server, "slow", "waiting", credit: 10);
        await server.Submit("waiting");
        var offer = await slow.Offer();
        Assert.NotNull(slow.Connection.Demand());
        await Eventually.IsTrue(() => Task.FromResult(slow.Connection.Demand() is null), "nothing more is offered");

        slow.Connection.Accept(offer.Attempt);

        Assert.NotNull(slow.Connection.Demand());
    }

    [Fact]
    public async Task A_task_that_loses_its_workers_again_and_again_fails()
    {
        await using var server = await EngineServer.Start(postgres, s_short);
        await server.Publish("deadly");
        await using var worker = await Connect(server, "victim", "deadly", credit: 10);
        var task = await server.Submit("deadly");

        await worker.Take();
        await worker.Next<AttemptLost>();
        worker.Connection.Heard();
        await worker.Take();
        await worker.Next<AttemptLost>();

        var stored = await server.Read(task.Id);
        Assert.Equal((TaskState.Failed, "attempt.lost", true), (stored.State, stored.Error!.Code, stored.DeadLetter));
    }

    [Fact]
    public async Task The_end_of_a_lease_finishes_a_cancel()
    {
        await using var server = await EngineServer.Start(postgres, s_short);
        await server.Publish("stopped");
        await using var worker = await Connect(server, "gone", "stopped", credit: 1);
        var task = await server.Submit("stopped");
        await worker.Take();
        await server.Get<CancelTask>().Execute(task.Id, "", "owner", default);

        await worker.Next<AttemptLost>();

        Assert.Equal(TaskState.Cancelled, (await server.Read(task.Id)).State);
    }

    [Fact]
    public async Task A_worker_that_connects_again_goes_on_or_hears_what_became_of_its_attempts()
    {
        await using var one = await EngineServer.Start(postgres);
        await using var two = await EngineServer.Start(postgres);
        await one.Publish("moving");
        var before = await Connect(one, "mover", "moving", credit: 2);
        var going = await one.Submit("moving");
        var ended = await one.Submit("moving");
        var first = await before.Take();
        var second = await before.Take();
        await before.Complete(first.TaskId == ended.Id ? first : second);
        await before.DisposeAsync();

        var stranger = new AttemptKey(Guid.NewGuid(), 1);
        await using var after = await Connect(two, "mover", "moving", credit: 0, first.Attempt, second.Attempt, stranger);

        Assert.Equal((first.TaskId == going.Id ? first : second).Attempt, (await after.Next<LeaseRenewed>()).Attempt);
        Assert.Equal((first.TaskId == ended.Id ? first : second).Attempt, (await after.Next<AttemptClosed>()).Attempt);
        Assert.Equal((stranger, "unknown"), ((await after.Next<AttemptLost>()) is var lost ? (lost.Attempt, lost.Reason) : default));
        await after.Complete(first.TaskId == going.Id ? first : second);
        Assert.Equal(TaskState.Succeeded, (await two.Read(going.Id)).State);
    }

    [Fact]
    public async Task Offers_of_a_worker_that_leaves_and_declined_ones_go_on_at_once()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish("handed");
        var leaving = await Connect(server, "leaving", "handed", credit: 1);
        var task = await server.Submit("handed");
        await leaving.Offer();
        await leaving.DisposeAsync();
        await using var choosy = await Connect(server, "choosy", "handed", credit: 1);
        await choosy.Connection.Decline((await choosy.Offer()).Attempt, default);
        await choosy.Next<AttemptClosed>();
        await using var willing = await Connect(server, "willing", "handed", credit: 1);

        var taken = await willing.Take();

        Assert.Equal((task.Id, 3), (taken.TaskId, taken.AttemptNumber));
    }

    [Fact]
    public async Task A_draining_worker_gives_back_what_it_holds_ahead_of_newer_work()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish("drained");
        await using var worker = await Connect(server, "drainer", "drained", credit: 1);
        var task = await server.Submit("drained");
        var held = await worker.Take();
        await server.Submit("drained");
        server.Get<Dispatcher>().Drain();
        await worker.Next<DrainRequested>();

        await worker.Stop(held, StopReason.Drain);
        await using var other = await Connect(server, "successor", "drained", credit: 1);

        Assert.Equal(task.Id, (await other.Take()).TaskId);
    }

    private static Task<WorkerDriver> Connect(
        EngineServer server,
        string workerId,
        string agent,
        int credit = 1,
        params AttemptKey[] held) => server.Connect(new WorkerHello(workerId, workerId, "1.0", 10, [agent], [], "", held), credit);
}
