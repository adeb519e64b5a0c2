using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Tasks;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Attempts;

public sealed class OpenAttemptProviderTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Key = "sk-backup-1234567890";

    private readonly string _own = $"own-{Guid.NewGuid():N}";
    private readonly string _backup = $"backup-{Guid.NewGuid():N}";
    private readonly string _stranger = $"stranger-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_turn_gets_the_connections_that_it_may_fall_back_to_and_no_other()
    {
        await using var server = await Start();
        await using var worker = await server.Connect();
        var turn = await Take(server, worker, new FallbackModel("", "noop", "small", 0), new FallbackModel(_backup, "noop", "big", 0));

        var own = await Open(server, turn, "");
        var backup = await Open(server, turn, _backup);

        Assert.Equal(("", Key), (own.Access.ApiKey, backup.Access.ApiKey));
        Assert.Equal(["big"], backup.Models.Select(model => model.Id));
        Assert.Equal(ErrorReason.PermissionDenied, (await Assert.ThrowsAsync<EngineException>(() => Open(server, turn, _stranger))).Reason);
        Assert.Equal(ErrorReason.PermissionDenied, (await Assert.ThrowsAsync<EngineException>(() => Open(server, turn, _own))).Reason);
        await worker.Complete(turn);
        Assert.Equal(ErrorReason.AttemptLost, (await Assert.ThrowsAsync<EngineException>(() => Open(server, turn, _backup))).Reason);
    }

    [Fact]
    public async Task A_fallback_that_is_told_to_wait_is_closed_and_only_a_named_one_can_be_told_to()
    {
        await using var server = await Start();
        await using var worker = await server.Connect();
        var turn = await Take(server, worker, new FallbackModel(_backup, "noop", "big", 0));

        await Pause(worker, turn, _stranger, "big");
        await Pause(worker, turn, _backup, "big");
        await Eventually.IsTrue(async () => (await server.Get<CooldownStore>().List(_backup, default)).Count == 1, "the pause is stored");

        Assert.Contains(_backup, (await Open(server, turn, _backup)).Closed, StringComparison.Ordinal);
        Assert.Equal("", (await Open(server, turn, _backup, "small")).Closed);
        Assert.Empty(await server.Get<CooldownStore>().List(_stranger, default));
        Assert.Empty(await server.Get<CooldownStore>().List(_own, default));
    }

    [Fact]
    public async Task A_fallback_that_is_used_by_as_many_as_it_may_be_is_closed()
    {
        await using var server = await Start();
        await using var worker = await server.Connect();
        await server.Get<LimitProvider>().Execute(Caller.System, _backup, 1, [], default);
        var turn = await Take(server, worker, new FallbackModel(_backup, "noop", "big", 0));
        Assert.Equal("", (await Open(server, turn, _backup)).Closed);

        await Take(server, worker, new TaskContext { Provider = _backup });

        Assert.NotEqual("", (await Open(server, turn, _backup)).Closed);
    }

    private static Task Pause(WorkerDriver worker, Assignment turn, string connection, string model) =>
        worker.Connection.Report(
            new PauseReport(
                turn.Attempt,
                new ProviderPause(model, TimeSpan.FromMinutes(10), "provider.rate_limited") { Connection = connection }),
            default);

    private static Task<AttemptProvider> Open(EngineServer server, Assignment turn, string connection, string model = "big") =>
        server.Get<OpenAttemptProvider>().Execute(turn.Attempt, connection, model, default);

    private Task<Assignment> Take(EngineServer server, WorkerDriver worker, params FallbackModel[] fallbacks) =>
        Take(
            server,
            worker,
            new TaskContext
            {
                Provider = _own,
                Turn = new TurnContext { ConversationId = Guid.CreateVersion7(), Number = 1, Fallbacks = fallbacks },
            });

    private static async Task<Assignment> Take(EngineServer server, WorkerDriver worker, TaskContext context)
    {
        await server.Publish();
        var submission = new TaskSubmission { AgentId = server.Agent, Query = "do it", Principal = "owner", Context = context };
        await server.Get<SubmitTask>().Execute(submission, key: null, _ => [], default);
        return await worker.Take();
    }

    private async Task<EngineServer> Start()
    {
        var server = await EngineServer.Start(postgres);
        foreach (var (id, key) in new[] { (_own, ""), (_backup, Key), (_stranger, "sk-stranger-1234567890") })
        {
            await server.Database.InTransaction(
                async (transaction, token) =>
                {
                    await server.Get<SaveProvider>().Execute(transaction, id, new ProviderAccess("noop", "", key), "{}", token);
                    ModelStore.Replace(transaction, id, [new ModelFacts("big"), new ModelFacts("other")]);
                },
                default);
        }
        return server;
    }
}
