using Dapper;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Tasks;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Agents;

public sealed class AgentDraftTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly AgentDefinition s_noop = new() { Provider = new AgentProvider("noop", "", "{}") };

    private readonly string _id = $"Draft_{Guid.NewGuid():N}";

    [Fact]
    public async Task A_draft_takes_no_work_until_it_is_published()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await Create(server, s_noop);

        var early = await Assert.ThrowsAsync<EngineException>(() => server.Submit(_id));
        var published = await server.Get<PublishAgent>().Execute(Caller.System, _id, "", default);
        var task = await server.Submit(_id);

        Assert.Equal(ErrorReason.AgentNotRunnable, early.Reason);
        Assert.Equal((1, "First publication."), (published.Version, published.Summary));
        Assert.Equal(1, task.AgentVersion);
    }

    [Fact]
    public async Task Work_that_is_queued_keeps_its_version_while_the_draft_changes_and_is_published_again()
    {
        await using var server = await EngineServer.Start(postgres);
        await Create(server, s_noop with { Model = "first" });
        await server.Get<PublishAgent>().Execute(Caller.System, _id, "", default);
        var before = await server.Submit(_id);

        await Edit(server, draft => draft with { Model = "second" });
        var during = await server.Submit(_id);
        await server.Get<PublishAgent>().Execute(Caller.System, _id, "", default);
        var after = await server.Submit(_id);

        Assert.Equal([1, 1, 2], new[] { before, during, after }.Select(task => task.AgentVersion));
        await using var worker = await Connect(server);
        var models = new[] { await worker.Offer(), await worker.Offer(), await worker.Offer() }.ToDictionary(
            offer => offer.TaskId, offer => offer.Agent.Model);
        Assert.Equal(["first", "first", "second"], new[] { before, during, after }.Select(task => models[task.Id]));
    }

    [Fact]
    public async Task Ids_that_differ_by_case_are_one_agent_everywhere_and_keep_their_first_spelling()
    {
        await using var server = await EngineServer.Start(postgres);
        await Create(server, s_noop);
        await server.Get<PublishAgent>().Execute(Caller.System, _id.ToUpperInvariant(), "", default);

        var again = await Assert.ThrowsAsync<EngineException>(() => Create(server, s_noop, _id.ToLowerInvariant()));
        var task = await server.Submit(_id.ToUpperInvariant());
        await using var worker = await Connect(server);
        var offer = await worker.Offer();

        Assert.Equal(ErrorReason.AgentConflict, again.Reason);
        Assert.Equal((_id, task.Id), (task.AgentId, offer.TaskId));
        Assert.Equal(_id, (await server.Get<GetAgent>().Execute(_id.ToLowerInvariant(), default)).Id);
        var applied = await server.Get<ApplyAgent>().Execute(_id.ToLowerInvariant(), s_noop with { Name = "other" }, "", default);
        Assert.Equal((_id, 2), (applied.Id, applied.Version));
        var listed = await server.Get<ListTasks>().Execute(new TaskFilter { AgentId = _id.ToLowerInvariant() }, 10, null, default);
        Assert.Equal(task.Id, Assert.Single(listed.Items).Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("has space")]
    [InlineData("_leading")]
    [InlineData("newline\n")]
    [InlineData("Ünicode")]
    public async Task What_is_no_id_is_refused(string id)
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);

        var refusal = await Assert.ThrowsAsync<EngineException>(() => Create(server, s_noop, id));

        Assert.Equal((ErrorReason.InvalidRequest, "agent_id"), (refusal.Reason, Assert.Single(refusal.Details.Keys)));
    }

    [Fact]
    public async Task Edits_of_two_servers_lose_nothing_and_a_stale_one_is_refused()
    {
        await using var one = await EngineServer.Start(postgres, dispatching: false);
        await using var two = await EngineServer.Start(postgres, dispatching: false);
        var created = await Create(one, s_noop);

        await Task.WhenAll(Enumerable.Range(0, 12).Select(
            i => Edit(i % 2 == 0 ? one : two, draft => draft with { Tools = [.. draft.Tools, $"tool-{i}"] })));

        var edited = (await two.Get<DescribeAgent>().Execute(_id, default)).Agent;
        Assert.Equal(12, edited.Draft.Tools.Distinct().Count());
        var stale = await Assert.ThrowsAsync<EngineException>(() => Edit(two, draft => draft with { Name = "late" }, created.Agent.Etag));
        Assert.Equal((ErrorReason.AgentConflict, edited.Etag), (stale.Reason, stale.Details["etag"]));
        Assert.Equal("timely", (await Edit(one, draft => draft with { Name = "timely" }, edited.Etag)).Agent.Draft.Name);
    }

    [Fact]
    public async Task Two_servers_that_edit_and_publish_at_once_give_out_versions_one_by_one()
    {
        await using var one = await EngineServer.Start(postgres, dispatching: false);
        await using var two = await EngineServer.Start(postgres, dispatching: false);
        await Create(one, s_noop);

        var versions = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            var server = i % 2 == 0 ? one : two;
            await Edit(server, draft => draft with { Description = $"{i}" });
            return (await server.Get<PublishAgent>().Execute(Caller.System, _id, "", default)).Version;
        }));

        var agent = await one.Get<DescribeAgent>().Execute(_id, default);
        Assert.Equal(agent.Agent.Version, versions.Max());
        Assert.Equal(Enumerable.Range(1, versions.Max()).Reverse(), agent.Versions.Select(version => version.Version));
        Assert.False(agent.Agent.HasUnpublishedChanges);
    }

    [Fact]
    public async Task Publishing_what_is_published_changes_nothing()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await Create(server, s_noop);
        var first = await server.Get<PublishAgent>().Execute(Caller.System, _id, "", default);

        var again = await server.Get<PublishAgent>().Execute(Caller.System, _id, "", default);

        Assert.Equal((first.Version, first.PublishedAt), (again.Version, again.PublishedAt));
        Assert.Equal("Nothing changed since version 1.", again.Summary);
    }

    [Fact]
    public async Task A_draft_with_errors_is_not_published_and_all_of_them_are_named()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await Create(server, new AgentDefinition
        {
            Provider = new AgentProvider("anthropic", "", "[]"),
            Tools = ["read", "teleport"],
            Limits = new AgentLimits { MaxTokens = -1 },
        });

        var refusal = await Assert.ThrowsAsync<EngineException>(() => server.Get<PublishAgent>().Execute(Caller.System, _id, "", default));

        Assert.Equal(ErrorReason.AgentPublishBlocked, refusal.Reason);
        Assert.Equal(
            ["limits.max_tokens", "provider.api_key", "provider.options", "tools[1]"], refusal.Details.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_key_of_a_draft_reaches_the_connection_when_it_is_published_and_not_before()
    {
        await using var server = await EngineServer.Start(postgres, dispatching: false);
        await server
            .Get<CreateAgent>()
            .Execute(
                Caller.System,
                _id,
                new DraftEdit(new AgentDefinition { Provider = new AgentProvider("anthropic", "", "{}") }, "sk-draft-1234567890"),
                null,
                _ => [],
                default);
        var connection = AgentProviders.ConnectionOf(_id);

        Assert.Null(await server.Get<OpenProvider>().Find(connection, default));
        await server.Get<PublishAgent>().Execute(Caller.System, _id, "", default);

        Assert.Equal("sk-draft-1234567890", (await server.Get<OpenProvider>().Access(connection, default)).ApiKey);
        Assert.Equal(
            0,
            await server.Database.Read(
                (c, _) => c.ExecuteScalarAsync<long>("select count(*) from agent_secrets where agent_id = @_id", new { _id }), default));
    }

    private async Task<AgentDetails> Create(EngineServer server, AgentDefinition draft, string? id = null) =>
        (await server.Get<CreateAgent>().Execute(Caller.System, id ?? _id, new DraftEdit(draft, ""), null, _ => [], default)).Result!;

    private Task<AgentDetails> Edit(EngineServer server, Func<AgentDefinition, AgentDefinition> edit, string etag = "") =>
        server.Get<EditAgent>().Execute(_id, etag, draft => new DraftEdit(edit(draft), ""), default);

    private Task<WorkerDriver> Connect(EngineServer server) => server.Connect(
        new WorkerHello($"w-{_id}", "w", "1", 5, [_id.ToUpperInvariant()], [], "", []), credit: 5);
}
