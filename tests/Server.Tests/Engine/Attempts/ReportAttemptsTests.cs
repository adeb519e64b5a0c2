using System.Text.Json;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Tasks;
using Koda.Server.Engine.Runs;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Attempts;

public sealed class ReportAttemptsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly UsageTotals s_usage = new(100, 20, 50, 0, 5, 1234, 0, 0);

    [Fact]
    public async Task A_completed_task_has_its_output_usage_and_events_in_order()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await using var worker = await server.Connect();
        var task = await server.Submit();
        var assignment = await worker.Take();
        await worker.Connection.Report(
            new EventBatch(assignment.Attempt, 1, [Event("model.started"), Event("model.finished", s_usage)]), default);
        var recorded = await worker.Next<EventsRecorded>();

        await worker.Complete(assignment, "the \0 answer", Event("tool.finished"));

        var stored = await server.Read(task.Id);
        Assert.Equal((TaskState.Succeeded, "the \uFFFD answer", 1), (stored.State, stored.Output, stored.Attempt));
        Assert.Equal(s_usage with { ModelCalls = 1, ToolCalls = 1 }, stored.Usage);
        Assert.Equal((1L, 4L), (recorded.Batch, recorded.LastSeq));
        var events = await server.Events(task.Id);
        Assert.Equal(
            ["task.queued", "task.started", "model.started", "model.finished", "tool.finished", "task.completed"],
            events.Select(entry => entry.Kind));
        Assert.Equal(100, JsonDocument.Parse(events[3].Usage!).RootElement.GetProperty("input_tokens").GetInt64());
        Assert.Null((await new VerifyLog(server.Database).VerifyStream(task.StreamId, default)).FirstBreak);
    }

    [Fact]
    public async Task What_no_model_answered_is_no_model_call_and_a_call_without_a_known_price_is_counted()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await using var worker = await server.Connect();
        var task = await server.Submit();
        var assignment = await worker.Take();
        ReportedEvent[] events =
        [
            Event("model.finished") with { AskedNoModel = true },
            Event("model.finished", s_usage with { CostMicros = 0, UnpricedCalls = 1 }),
        ];
        await worker.Connection.Report(new EventBatch(assignment.Attempt, 1, events), default);
        await worker.Next<EventsRecorded>();

        await worker.Complete(assignment);

        var stored = await server.Read(task.Id);
        Assert.Equal(s_usage with { CostMicros = 0, ModelCalls = 1, UnpricedCalls = 1 }, stored.Usage);
    }

    [Fact]
    public async Task Reports_that_are_sent_again_are_confirmed_and_not_recorded_twice()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await using var worker = await server.Connect();
        var task = await server.Submit();
        var assignment = await worker.Take();
        var batch = new EventBatch(assignment.Attempt, 1, [Event("progress")]);
        await worker.Connection.Report(batch, default);
        var first = await worker.Next<EventsRecorded>();
        await worker.Connection.Report(batch, default);
        var second = await worker.Next<EventsRecorded>();
        await worker.Complete(assignment);
        var length = (await server.Read(task.Id)).LastEventSeq;

        await worker.Complete(assignment);

        Assert.Equal(first, second);
        Assert.Equal(length, (await server.Read(task.Id)).LastEventSeq);
    }

    [Fact]
    public async Task A_missing_batch_breaks_the_stream_so_that_the_worker_sends_it_again()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await using var worker = await server.Connect();
        await server.Submit();
        var assignment = await worker.Take();
        await worker.Connection.Report(new EventBatch(assignment.Attempt, 2, [Event("progress")]), default);

        var broken = await Assert.ThrowsAsync<EngineException>(worker.Next<EventsRecorded>);

        Assert.Equal(ErrorReason.InvalidRequest, broken.Reason);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public async Task Usage_that_no_call_can_have_is_refused_before_it_spoils_the_sums_of_others(long tokens)
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await using var worker = await server.Connect();
        await server.Submit();
        var assignment = await worker.Take();
        var batch = new EventBatch(assignment.Attempt, 1, [Event("model.finished", s_usage with { OutputTokens = tokens })]);

        var refused = await Assert.ThrowsAsync<EngineException>(() => worker.Connection.Report(batch, default));

        Assert.Equal(ErrorReason.InvalidRequest, refused.Reason);
        await worker.Complete(assignment, "done", Event("model.finished", s_usage));
    }

    [Fact]
    public async Task A_failed_attempt_is_repeated_until_the_attempts_are_used_up()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish(retry: new RetryPolicy { MaxAttempts = 2, InitialDelayMs = 1, MaxDelayMs = 1 });
        await using var worker = await server.Connect();
        var task = await server.Submit();
        await worker.Fail(await worker.Take());

        var second = await worker.Take();
        await worker.Fail(second);

        var stored = await server.Read(task.Id);
        Assert.Equal((2, 2L), (second.AttemptNumber, second.Attempt.FencingToken));
        Assert.Equal(
            (TaskState.Failed, true, "provider.rate_limited", 2), (stored.State, stored.DeadLetter, stored.Error!.Code, stored.Failures));
        Assert.Equal(
            ["task.queued", "task.started", "task.retrying", "task.queued", "task.started", "task.failed"],
            (await server.Events(task.Id)).Select(entry => entry.Kind));
        var dead = await server.Get<ListTasks>().Execute(new TaskFilter { AgentId = server.Agent, DeadLetters = true }, 50, null, default);
        Assert.Equal([task.Id], dead.Items.Select(item => item.Id));
    }

    [Theory]
    [InlineData(false, "anything")]
    [InlineData(true, "query.refused")]
    public async Task Errors_that_no_other_attempt_mends_fail_the_task(bool retryable, string code)
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish(retry: new RetryPolicy { NonRetryable = ["query.refused"] });
        await using var worker = await server.Connect();
        var task = await server.Submit();

        await worker.Fail(await worker.Take(), retryable, code);

        var stored = await server.Read(task.Id);
        Assert.Equal((TaskState.Failed, code, true), (stored.State, stored.Error!.Code, stored.DeadLetter));
    }

    [Fact]
    public async Task The_pause_before_another_attempt_is_no_shorter_than_the_provider_asks()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await using var worker = await server.Connect(credit: 1);
        var task = await server.Submit();
        await worker.Fail(await worker.Take(), retryAfter: TimeSpan.FromMinutes(5));

        var stored = await server.Read(task.Id);

        Assert.Equal(TaskState.Retrying, stored.State);
        Assert.InRange(stored.AvailableAt!.Value - stored.UpdatedAt, TimeSpan.FromMinutes(4.9), TimeSpan.FromMinutes(5.1));
    }

    [Fact]
    public async Task A_failed_task_that_is_retried_counts_its_attempts_anew()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await using var worker = await server.Connect();
        var task = await server.Submit();
        await worker.Fail(await worker.Take(), retryable: false);

        var retried = await server.Get<RetryTask>().Execute(task.Id, "owner", default);
        var again = await worker.Take();

        Assert.Equal((TaskState.Queued, 0, false), (retried.State, retried.Failures, retried.DeadLetter));
        Assert.Null(retried.Error);
        Assert.Equal(2, again.AttemptNumber);
        Assert.True(again.JournalLength > 0);
    }

    [Theory]
    [InlineData("task.completed", "{}")]
    [InlineData("model.delta", "[1]")]
    [InlineData("model.delta", "{")]
    public async Task Reports_that_cannot_be_stored_are_refused_before_they_spoil_others(string kind, string payload)
    {
        await using var server = await EngineServer.Start(postgres);
        await using var worker = await server.Connect();

        var refusal = await Assert.ThrowsAsync<EngineException>(
            () => worker.Connection.Report(new EventBatch(default, 1, [new ReportedEvent(kind, payload)]), default));

        Assert.Equal(ErrorReason.InvalidRequest, refusal.Reason);
    }

    [Theory]
    [InlineData(1, 0, 500)]
    [InlineData(1, 1, 1000)]
    [InlineData(3, 1, 4000)]
    [InlineData(20, 1, 60_000)]
    public void The_pause_doubles_with_each_failure_up_to_its_limit(int failures, double jitter, double milliseconds) =>
        Assert.Equal(milliseconds, new RetryPolicy().DelayAfter(failures, TimeSpan.Zero, jitter).TotalMilliseconds);

    private static ReportedEvent Event(string kind, UsageTotals? usage = null) => new(kind, """{"step":1}""", usage);
}
