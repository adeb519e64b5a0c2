using System.Text;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Engine.Tasks;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Tasks;

public sealed class SubmitTaskTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task A_submitted_task_is_stored_with_its_first_event()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish();

        var submitted = await server.Submit(query: "look \0 here");

        var stored = await server.Read(submitted.Id);
        Assert.Equal(submitted with { QueueReason = QueueReason.NoWorkerAvailable }, stored with { Context = submitted.Context });
        Assert.Equal((TaskState.Queued, "look \uFFFD here", 1L), (stored.State, stored.Query, stored.LastEventSeq));
        var first = Assert.Single(await server.Events(submitted.Id));
        Assert.Equal(("task.queued", "principal:owner", stored.CreatedAt.UtcDateTime), (first.Kind, first.Actor, first.Time));
    }

    [Fact]
    public async Task Unknown_agents_are_refused()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);

        var refusal = await Assert.ThrowsAsync<EngineException>(() => server.Submit("nobody"));

        Assert.Equal(ErrorReason.AgentNotFound, refusal.Reason);
    }

    [Theory]
    [InlineData("draft", "null")]
    [InlineData("paused", "1")]
    public async Task Agents_that_do_not_run_are_refused(string state, string version)
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish($"{state}-agent");
        await server.Execute($"update agents set state = '{state}', published_version = {version} where id = '{state}-agent'");
        server.Get<Koda.Server.Engine.Agents.AgentCatalog>().Forget();

        var refusal = await Assert.ThrowsAsync<EngineException>(() => server.Submit($"{state}-agent"));

        Assert.Equal(ErrorReason.AgentNotRunnable, refusal.Reason);
        Assert.Equal(state, refusal.Details["state"]);
    }

    [Fact]
    public async Task The_same_request_with_the_same_key_is_answered_as_before()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish();
        var key = new IdempotencyKey("owner", "submit", Guid.NewGuid().ToString(), [1]);

        var first = await Submit(server, key);
        var again = await Submit(server, key);
        var other = await Assert.ThrowsAsync<EngineException>(() => Submit(server, key with { RequestHash = [2] }));

        Assert.Equal(first.Task!.Id.ToString(), Encoding.UTF8.GetString(again.Replayed!));
        Assert.Equal(ErrorReason.IdempotencyConflict, other.Reason);
    }

    [Fact]
    public async Task A_full_queue_refuses_and_says_when_to_come_back()
    {
        await using var server = await EngineServer.Start(postgres, new EngineOptions { MaxQueuedTasks = 0 }, dispatching: false);
        await server.Publish();

        var refusal = await Assert.ThrowsAsync<EngineException>(() => server.Submit());

        Assert.Equal(ErrorReason.TaskQueueFull, refusal.Reason);
        Assert.NotNull(refusal.RetryAfter);
    }

    [Fact]
    public async Task Submissions_of_many_callers_are_all_stored_and_every_chain_verifies()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish();

        var submitted = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => server.Submit(query: $"number {number}")));

        Assert.Equal(200, submitted.Select(task => task.Id).Distinct().Count());
        var stored = await Task.WhenAll(submitted.Select(task => server.Read(task.Id)));
        Assert.Equal(submitted.Select(task => task.Query), stored.Select(task => task.Query));
        Assert.Null((await new VerifyLog(server.Database).VerifyAll(default)).FirstBreak);
    }

    private static Task<SubmittedTask> Submit(EngineServer server, IdempotencyKey key) => server.Get<SubmitTask>().Execute(
        new TaskSubmission { AgentId = server.Agent, Query = "once", Principal = "owner" },
        key,
        task => Encoding.UTF8.GetBytes(task.Id.ToString()),
        default);
}
