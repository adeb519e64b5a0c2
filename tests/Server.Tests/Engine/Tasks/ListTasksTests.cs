using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Tasks;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Tasks;

public sealed class ListTasksTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Theory]
    [InlineData("")]
    [InlineData("listed")]
    public async Task Pages_go_through_all_tasks_once_newest_first(string agentId)
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish("listed");
        for (var i = 0; i < 7; i++)
            await server.Submit("listed");
        var list = server.Get<ListTasks>();
        var filter = new TaskFilter { AgentId = agentId };
        var all = (await list.Execute(filter, 200, null, default)).Items.Select(task => task.Id).ToList();

        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await list.Execute(filter, 3, cursor, default);
            Assert.InRange(page.Items.Count, 1, 3);
            seen.AddRange(page.Items.Select(task => task.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.True(seen.Count >= 7);
        Assert.Equal(all, seen);
        Assert.Equal(seen.OrderDescending(), seen);
    }

    [Fact]
    public async Task A_cursor_belongs_to_its_filters()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish("cursor");
        await server.Submit("cursor");
        await server.Submit("cursor");
        var list = server.Get<ListTasks>();
        var page = await list.Execute(new TaskFilter { AgentId = "cursor" }, 1, null, default);

        foreach (var (filter, cursor) in new[]
        {
            (new TaskFilter { AgentId = "other" }, page.NextCursor),
            (new TaskFilter { AgentId = "cursor", States = [TaskState.Failed] }, page.NextCursor),
            (new TaskFilter { AgentId = "cursor" }, "nonsense"),
            (new TaskFilter { AgentId = "cursor" }, "%%%"),
        })
        {
            var refusal = await Assert.ThrowsAsync<EngineException>(() => list.Execute(filter, 1, cursor, default));
            Assert.Equal(ErrorReason.InvalidCursor, refusal.Reason);
        }
    }

    [Fact]
    public async Task Filters_select_by_state_and_time()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish("filtered");
        var cancelled = await server.Submit("filtered");
        var queued = await server.Submit("filtered");
        await server.Get<CancelTask>().Execute(cancelled.Id, "", "owner", default);
        var mine = new TaskFilter { AgentId = "filtered" };

        Assert.Equal([cancelled.Id], await Ids(server, mine with { States = [TaskState.Cancelled, TaskState.Failed] }));
        Assert.Equal([queued.Id], await Ids(server, mine with { CreatedAfter = queued.CreatedAt }));
        Assert.Equal([cancelled.Id], await Ids(server, mine with { CreatedBefore = queued.CreatedAt }));
    }

    private static async Task<IEnumerable<Guid>> Ids(EngineServer server, TaskFilter filter) =>
        (await server.Get<ListTasks>().Execute(filter, 50, null, default)).Items.Select(task => task.Id);
}
