using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Tasks;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Tasks;

/// <summary>Cancel, pause, resume and retry in every state.</summary>
public sealed class TaskControlTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task Tasks_that_no_worker_holds_are_paused_resumed_and_cancelled_at_once()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish();
        var task = await server.Submit();

        Assert.Equal(TaskState.Paused, (await Pause(server, task)).State);
        Assert.Equal(TaskState.Paused, (await Pause(server, task)).State);
        Assert.Equal(TaskState.Queued, (await Resume(server, task)).State);
        var cancelled = await Cancel(server, task);
        Assert.Equal(TaskState.Cancelled, (await Cancel(server, task)).State);

        Assert.NotNull(cancelled.FinishedAt);
        Assert.Equal(
            ["task.queued", "task.paused", "task.queued", "task.cancelled"],
            (await server.Events(task.Id)).Select(entry => entry.Kind));
    }

    [Fact]
    public async Task What_the_state_does_not_allow_is_a_conflict()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish();
        var task = await server.Submit();

        await Conflicts(() => Resume(server, task));
        await Conflicts(() => Retry(server, task));
        await Cancel(server, task);
        await Conflicts(() => Pause(server, task));
        await Conflicts(() => Resume(server, task));
        var missing = await Assert.ThrowsAsync<EngineException>(() => server.Get<PauseTask>().Execute(Guid.NewGuid(), "owner", default));

        Assert.Equal(ErrorReason.TaskNotFound, missing.Reason);
    }

    [Fact]
    public async Task A_cancelled_task_can_be_retried()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish();
        var task = await server.Submit();
        await Cancel(server, task);

        var retried = await Retry(server, task);

        Assert.Equal((TaskState.Queued, (DateTimeOffset?)null), (retried.State, retried.FinishedAt));
    }

    [Theory]
    [InlineData("Cancel", "Cancelled")]
    [InlineData("Pause", "Paused")]
    public async Task A_running_task_stops_when_its_worker_answers(string reason, string state)
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await using var worker = await server.Connect();
        var task = await server.Submit();
        var assignment = await worker.Take();

        var asked = reason == "Cancel" ? await Cancel(server, task) : await Pause(server, task);
        var request = await worker.Next<StopRequested>();
        await worker.Stop(assignment, request.Reason);

        Assert.Equal(TaskState.Running, asked.State);
        Assert.Equal(reason, request.Reason.ToString());
        Assert.Equal(state, (await server.Read(task.Id)).State.ToString());
    }

    [Fact]
    public async Task A_stop_reaches_a_worker_of_another_server()
    {
        await using var one = await EngineServer.Start(postgres);
        await using var two = await EngineServer.Start(postgres);
        await one.Publish("elsewhere");
        await using var worker = await two.Connect(new WorkerHello("far", "far", "1", 1, ["elsewhere"], [], "", []), credit: 1);
        var task = await one.Submit("elsewhere");
        await worker.Take();

        await Cancel(one, task);

        Assert.Equal(StopReason.Cancel, (await worker.Next<StopRequested>()).Reason);
    }

    [Fact]
    public async Task A_completion_that_was_on_its_way_stands()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await using var worker = await server.Connect();
        var task = await server.Submit();
        var assignment = await worker.Take();
        await Cancel(server, task);

        await worker.Complete(assignment);

        Assert.Equal(TaskState.Succeeded, (await server.Read(task.Id)).State);
    }

    [Fact]
    public async Task A_pause_that_did_not_happen_yet_can_be_taken_back()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await using var worker = await server.Connect(credit: 1);
        var task = await server.Submit();
        var assignment = await worker.Take();
        await Pause(server, task);

        var resumed = await Resume(server, task);
        await worker.Stop(assignment, StopReason.Pause);

        Assert.Equal(RequestedStop.None, resumed.StopRequested);
        Assert.Equal(TaskState.Queued, (await server.Read(task.Id)).State);
    }

    [Fact]
    public async Task A_task_that_waits_is_cancelled_with_its_question()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await using var worker = await server.Connect(credit: 1);
        var task = await server.Submit();
        await worker.Suspend(await worker.Take());
        var waiting = await server.Read(task.Id);

        var cancelled = await Cancel(server, task);

        Assert.Equal((TaskState.Waiting, TaskState.Cancelled), (waiting.State, cancelled.State));
        var approval = await server.Get<GetApproval>().Execute(waiting.ApprovalId!.Value, default);
        Assert.Equal(ApprovalState.Cancelled, approval.State);
    }

    [Fact]
    public async Task A_task_that_is_paused_while_it_waits_stays_paused_after_the_answer()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await using var worker = await server.Connect(credit: 1);
        var task = await server.Submit();
        await worker.Suspend(await worker.Take());
        var waiting = await Pause(server, task);

        await server.Get<AnswerApproval>().Execute(
            new ApprovalAnswer(waiting.ApprovalId!.Value, Approve: true, ApprovalScope.Once, "", "", "owner"), default);

        Assert.Equal(TaskState.Waiting, waiting.State);
        Assert.Equal(TaskState.Paused, (await server.Read(task.Id)).State);
    }

    private static Task<TaskRecord> Cancel(EngineServer server, TaskRecord task) =>
        server.Get<CancelTask>().Execute(task.Id, "enough", "owner", default);

    private static Task<TaskRecord> Pause(EngineServer server, TaskRecord task) =>
        server.Get<PauseTask>().Execute(task.Id, "owner", default);

    private static Task<TaskRecord> Resume(EngineServer server, TaskRecord task) =>
        server.Get<ResumeTask>().Execute(task.Id, "owner", default);

    private static Task<TaskRecord> Retry(EngineServer server, TaskRecord task) =>
        server.Get<RetryTask>().Execute(task.Id, "owner", default);

    private static async Task Conflicts(Func<Task> request) =>
        Assert.Equal(ErrorReason.TaskStateConflict, (await Assert.ThrowsAsync<EngineException>(request)).Reason);
}
