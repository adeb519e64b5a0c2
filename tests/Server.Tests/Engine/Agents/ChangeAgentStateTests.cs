using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Tasks;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Agents;

public sealed class ChangeAgentStateTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task Queued_tasks_of_a_paused_agent_wait_and_say_why_until_it_is_active_again()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        var task = await server.Submit();
        await Change(server, AgentTrigger.Pause);
        await using var worker = await server.Connect();

        Assert.Equal(QueueReason.AgentPaused, (await server.Read(task.Id)).QueueReason);
        var refused = await Assert.ThrowsAsync<EngineException>(() => server.Submit());
        Assert.Equal(ErrorReason.AgentNotRunnable, refused.Reason);
        await Change(server, AgentTrigger.Activate);

        Assert.Equal(task.Id, (await worker.Offer()).TaskId);
    }

    [Fact]
    public async Task A_paused_agent_gives_its_running_task_back_to_the_queue_on_whichever_server_it_runs()
    {
        await using var one = await EngineServer.Start(postgres);
        await using var two = await EngineServer.Start(postgres);
        await one.Publish();
        await using var worker = await one.Connect();
        var task = await one.Submit();
        var assignment = await worker.Take();

        await two.Get<ChangeAgentState>().Execute(Caller.System, one.Agent, AgentTrigger.Pause, default);
        Assert.Equal(StopReason.Drain, (await worker.Next<StopRequested>()).Reason);
        await worker.Connection.Report(new AttemptStop(assignment.Attempt, StopReason.Drain, []), default);
        await worker.Next<AttemptClosed>();

        var waiting = await one.Read(task.Id);
        Assert.Equal(
            (TaskState.Queued, RequestedStop.None, QueueReason.AgentPaused), (waiting.State, waiting.StopRequested, waiting.QueueReason));
        Assert.Contains(
            "agent_paused", (await one.Events(task.Id)).Last(entry => entry.Kind == "task.queued").Payload, StringComparison.Ordinal);
        await two.Get<ChangeAgentState>().Execute(Caller.System, one.Agent, AgentTrigger.Activate, default);
        var again = await worker.Offer();
        Assert.Equal((task.Id, 2), (again.TaskId, again.AttemptNumber));
    }

    [Fact]
    public async Task What_a_person_asked_of_a_task_comes_before_the_pause_of_its_agent()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await using var worker = await server.Connect();
        var task = await server.Submit();
        var assignment = await worker.Take();

        await Change(server, AgentTrigger.Archive);
        await server.Get<PauseTask>().Execute(task.Id, "owner", default);
        await worker.Connection.Report(new AttemptStop(assignment.Attempt, StopReason.Drain, []), default);
        await worker.Next<AttemptClosed>();

        Assert.Equal(TaskState.Paused, (await server.Read(task.Id)).State);
    }

    [Fact]
    public async Task A_task_that_asks_a_person_while_its_agent_is_paused_waits_for_both()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await using var worker = await server.Connect();
        var task = await server.Submit();
        var assignment = await worker.Take();

        await Change(server, AgentTrigger.Pause);
        await worker.Suspend(assignment);

        var waiting = await server.Read(task.Id);
        Assert.Equal((TaskState.Waiting, RequestedStop.None), (waiting.State, waiting.StopRequested));
    }

    [Fact]
    public async Task Every_change_of_state_is_in_the_audit_stream()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish();
        foreach (var trigger in new[] { AgentTrigger.Pause, AgentTrigger.Pause, AgentTrigger.Archive, AgentTrigger.Activate })
            await Change(server, trigger);
        await server.Get<DeleteAgent>().Execute(Caller.System, server.Agent, default);
        await server.Get<DeleteAgent>().Execute(Caller.System, server.Agent, default);

        var acts = (await new ReadEvents(server.Database).Execute(AuditLog.Stream, 0, 1000, default))
            .Where(entry => entry.Payload.Contains(server.Agent, StringComparison.Ordinal)).Select(entry => entry.Kind);
        Assert.Equal(
            [
                "security.agent.published", "security.agent.paused", "security.agent.archived", "security.agent.activated",
                "security.agent.deleted",
            ],
            acts);
    }

    [Fact]
    public async Task A_deleted_agent_is_gone_but_its_queued_task_runs_on_the_version_that_it_has()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Get<ApplyAgent>().Execute(server.Agent, new AgentDefinition { Name = "Gone" }, "", default);
        var task = await server.Submit();
        await server.Get<DeleteAgent>().Execute(Caller.System, server.Agent, default);

        var gone = await Assert.ThrowsAsync<EngineException>(() => server.Submit());
        var missing = await Assert.ThrowsAsync<EngineException>(() => server.Get<DescribeAgent>().Execute(server.Agent, default));
        Assert.Equal((ErrorReason.AgentNotFound, ErrorReason.AgentNotFound), (gone.Reason, missing.Reason));
        Assert.DoesNotContain((await server.Get<ListAgents>().Execute(null, 200, null, default)).Items, agent => agent.Id == server.Agent);
        await using (var worker = await server.Connect())
        {
            var offer = await worker.Offer();
            Assert.Equal((task.Id, 1), (offer.TaskId, offer.Agent.Version));
        }
        await server.Publish();
        Assert.Equal(2, (await server.Submit()).AgentVersion);
        var versions = (await server.Get<DescribeAgent>().Execute(server.Agent, default)).Versions;
        Assert.Equal(2, Assert.Single(versions).Version);
    }

    private static Task<AgentDetails> Change(EngineServer server, AgentTrigger trigger) =>
        server.Get<ChangeAgentState>().Execute(Caller.System, server.Agent, trigger, default);
}
