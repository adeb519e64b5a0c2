using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Tasks;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Approvals;

public sealed class AnswerApprovalTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task A_question_gives_the_slot_back_and_its_answer_through_another_server_queues_the_task_ahead_of_new_work()
    {
        await using var one = await EngineServer.Start(postgres);
        await using var two = await EngineServer.Start(postgres);
        await one.Publish("asking");
        var worker = await Connect(one, "asking", slots: 1);
        var task = await one.Submit("asking");
        await worker.Suspend(await worker.Take());
        await worker.DisposeAsync();
        await one.Submit("asking");
        var waiting = await one.Read(task.Id);

        var answered = await Answer(two, waiting.ApprovalId!.Value, approve: true);

        Assert.Equal((TaskState.Waiting, ApprovalState.Approved, "owner"), (waiting.State, answered.State, answered.AnsweredBy));
        await using var next = await Connect(two, "asking", slots: 1);
        var resumed = await next.Take();
        Assert.Equal((task.Id, 2), (resumed.TaskId, resumed.AttemptNumber));
        Assert.Equal(
            ["task.queued", "task.started", "approval.requested", "task.waiting", "approval.answered", "task.queued", "task.started"],
            (await two.Events(task.Id)).Select(entry => entry.Kind));
        Assert.Equal((await two.Events(task.Id)).Count, resumed.JournalLength);
    }

    [Fact]
    public async Task The_first_answer_stands()
    {
        await using var server = await EngineServer.Start(postgres);
        var id = await Ask(server, "standing");
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Outcome(() => Answer(server, id, approve: i % 2 == 0))));

        var standing = await server.Get<GetApproval>().Execute(id, default);
        var again = await Answer(server, id, approve: standing.State == ApprovalState.Approved);

        Assert.Equal(3, answers.Count(answer => answer == standing.State.ToString()));
        Assert.Equal(
            3,
            answers.Count(answer =>
                answer == $"{ErrorReason.ApprovalAlreadyAnswered}: {standing.State.ToString().ToLowerInvariant()} by owner"));
        Assert.Equal(standing, again);
    }

    [Fact]
    public async Task An_answer_is_bound_to_the_action_that_was_looked_at()
    {
        await using var server = await EngineServer.Start(postgres);
        var id = await Ask(server, "bound");

        var refusal = await Assert.ThrowsAsync<EngineException>(() => Answer(server, id, approve: true, digest: new string('0', 64)));
        var approval = await Answer(server, id, approve: true, digest: WorkerDriver.Question().Digest);

        Assert.Equal(ErrorReason.InvalidRequest, refusal.Reason);
        Assert.Equal(ApprovalState.Approved, approval.State);
    }

    [Fact]
    public async Task A_question_that_nobody_answers_is_denied_and_the_task_goes_on()
    {
        await using var server = await EngineServer.Start(postgres, new EngineOptions { SweepEvery = TimeSpan.FromMilliseconds(50) });
        await server.Publish("expiring");
        await using var worker = await Connect(server, "expiring");
        var task = await server.Submit("expiring");
        await worker.Suspend(await worker.Take(), TimeSpan.FromMilliseconds(200));
        var id = (await server.Get<ListApprovals>().Execute(null, task.Id, 10, null, default)).Items.Single().Id;

        var resumed = await worker.Take();
        var refusal = await Assert.ThrowsAsync<EngineException>(() => Answer(server, id, approve: true));

        Assert.Equal(task.Id, resumed.TaskId);
        Assert.Equal(ErrorReason.ApprovalExpired, refusal.Reason);
        Assert.Equal(ApprovalState.Expired, (await server.Get<GetApproval>().Execute(id, default)).State);
        Assert.Contains(await server.Events(task.Id), entry => entry.Kind == "approval.expired");
    }

    [Fact]
    public async Task Unknown_approvals_are_not_found()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);

        var refusal = await Assert.ThrowsAsync<EngineException>(() => Answer(server, Guid.NewGuid(), approve: true));

        Assert.Equal(ErrorReason.ApprovalNotFound, refusal.Reason);
    }

    [Fact]
    public async Task A_question_whose_digest_is_wrong_is_refused()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish("forged");
        await using var worker = await Connect(server, "forged");
        await server.Submit("forged");
        var assignment = await worker.Take();
        var forged = WorkerDriver.Question() with { Arguments = """{"command":"ls"}""" };

        var refusal = await Assert.ThrowsAsync<EngineException>(
            () => worker.Connection.Report(new Suspension(assignment.Attempt, forged, []), default));

        Assert.Equal(ErrorReason.InvalidRequest, refusal.Reason);
    }

    [Fact]
    public async Task Lists_select_by_state_and_task_and_page()
    {
        await using var server = await EngineServer.Start(postgres);
        await Ask(server, "list-one");
        var second = await Ask(server, "list-two");
        var list = server.Get<ListApprovals>();

        var page = await list.Execute(ApprovalState.Pending, null, 1, null, default);
        var next = await list.Execute(ApprovalState.Pending, null, 1, page.NextCursor, default);
        var ofTask = await list.Execute(null, page.Items[0].TaskId, 10, null, default);

        Assert.Equal(second, Assert.Single(page.Items).Id);
        Assert.NotEqual(second, Assert.Single(next.Items).Id);
        Assert.Equal([second], ofTask.Items.Select(approval => approval.Id));
    }

    private static async Task<Guid> Ask(EngineServer server, string agent)
    {
        await server.Publish(agent);
        await using var worker = await Connect(server, agent, slots: 1);
        var task = await server.Submit(agent);
        await worker.Suspend(await worker.Take());
        return (await server.Read(task.Id)).ApprovalId!.Value;
    }

    private static Task<ApprovalRecord> Answer(EngineServer server, Guid id, bool approve, string digest = "") =>
        server.Get<AnswerApproval>().Execute(new ApprovalAnswer(id, approve, ApprovalScope.Once, "because", digest, "owner"), default);

    private static async Task<string> Outcome(Func<Task<ApprovalRecord>> answer)
    {
        try
        {
            return (await answer()).State.ToString();
        }
        catch (EngineException refusal)
        {
            return $"{refusal.Reason}: {refusal.Details["state"]} by {refusal.Details["answered_by"]}";
        }
    }

    private static Task<WorkerDriver> Connect(EngineServer server, string agent, int slots = 4) =>
        server.Connect(new WorkerHello($"{agent}-{Guid.NewGuid():N}", "", "1.0", slots, [agent], [], "", []), slots);
}
