using Dapper;
using Koda.Server.Engine.Runs;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Runs;

/// <summary>Runs form trees: each has the next number of its parent, and all of a tree know its root.</summary>
public sealed class RunTreeTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private EngineServer _server = null!;

    public async Task InitializeAsync() => _server = await EngineServer.Start(postgres, dispatching: false);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Children_are_numbered_in_their_order_and_know_the_root()
    {
        var root = New();
        NewRun[] children = [New(root), New(root)];
        var later = New(root);
        var grandchild = New(children[1]);
        await Store([root]);
        await Store(children);
        await Store([later, grandchild]);

        Assert.Equal(
            [
                (root.Id, null, null, 1), (children[0].Id, root.Id, root.Id, 1), (children[1].Id, root.Id, root.Id, 2),
                (later.Id, root.Id, root.Id, 3), (grandchild.Id, children[1].Id, root.Id, 1),
            ],
            await Tree(root.Id));
    }

    [Fact]
    public async Task Runs_of_several_parents_are_stored_together()
    {
        NewRun[] roots = [New(), New()];
        await Store(roots);
        NewRun[] children = [New(roots[0]), New(roots[1]), New(roots[0])];
        await Store(children);

        Assert.Equal(
            [(roots[0].Id, null, null, 1), (children[0].Id, roots[0].Id, roots[0].Id, 1), (children[2].Id, roots[0].Id, roots[0].Id, 2)],
            await Tree(roots[0].Id));
        Assert.Equal([(roots[1].Id, null, null, 1), (children[1].Id, roots[1].Id, roots[1].Id, 1)], await Tree(roots[1].Id));
    }

    private NewRun New(NewRun? parent = null) =>
        new(Guid.CreateVersion7(), RunKind.Turn, Guid.CreateVersion7(), _server.Agent, AgentVersion: 1, "/work", parent?.Id);

    private Task<bool> Store(IReadOnlyCollection<NewRun> runs) => _server.Database.InTransaction(
        (transaction, _) =>
        {
            transaction.Defer(RunStore.Insert(runs));
            return Task.FromResult(true);
        },
        default);

    private Task<List<(Guid Id, Guid? Parent, Guid? Root, int Number)>> Tree(Guid root) => _server.Database.Read(
        async (connection, _) => (await connection.QueryAsync<(Guid, Guid?, Guid?, int)>(
            "select id, parent_id, root_id, number from runs where id = @root or root_id = @root order by root_id nulls first, parent_id <> @root, number",
            new { root })).AsList(),
        default);
}
