using Koda.Server.Engine.Workers;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Workers;

public sealed class ListWorkersTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task A_worker_is_listed_with_the_tasks_that_it_took_until_they_end()
    {
        await using var server = await EngineServer.Start(postgres);
        await server.Publish();
        await using var worker = await server.Connect();
        var (one, two) = (await server.Submit(), await server.Submit());
        var first = await worker.Take();
        var second = await worker.Take();

        Assert.Equal([one.Id, two.Id], await Held(server));

        await worker.Complete(first);
        Assert.Equal([second.TaskId], await Held(server));
        await worker.Complete(second);
        Assert.Empty(await Held(server));
    }

    private static async Task<IReadOnlyList<Guid>> Held(EngineServer server) =>
        (await server.Get<ListWorkers>().Execute(default)).Single(worker => worker.AgentIds.Contains(server.Agent)).Holds.Tasks;
}
