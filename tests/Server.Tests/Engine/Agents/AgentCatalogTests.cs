using Koda.Server.Engine.Agents;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Agents;

public sealed class AgentCatalogTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const int Versions = 100;
    private const int MostKept = 70;

    [Fact]
    public async Task However_many_long_definitions_were_asked_for_only_so_many_stay_in_memory()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server.Publish();
        await server.Execute($"""
            insert into agent_versions (agent_id, version, definition, digest, published_by, summary)
            select agent_id, n, jsonb_set(definition::jsonb, '{"{system_prompt}"}', to_jsonb(repeat('x', 262144)))::text, digest, published_by, summary
            from agent_versions, generate_series(2, {Versions}) as n
            where agent_id = '{server.Agent}'
            """);
        var catalog = server.Get<AgentCatalog>();

        var read = new List<WeakReference>();
        for (var version = 2; version <= Versions; version++)
            read.Add(await Read(catalog, server.Agent, version));

        await Eventually.IsTrue(
            () => Task.FromResult(Alive(read) <= MostKept), TimeSpan.FromMinutes(1), () => $"At most {MostKept} of {Versions} are kept.");
        Assert.NotEqual(0, Alive(read));
        Assert.Equal(262144, (await catalog.Definition(server.Agent, 2, default)).SystemPrompt.Length);
    }

    private static async Task<WeakReference> Read(AgentCatalog catalog, string agent, int version) =>
        new(await catalog.Definition(agent, version, default));

    private static int Alive(List<WeakReference> read)
    {
        GC.Collect();
        return read.Count(reference => reference.IsAlive);
    }
}
