using System.Globalization;
using System.Text.Json.Nodes;
using Koda.Client.Evidence;
using Koda.Contract.Tests.Code;
using Koda.Protos.ControlPlane.V1;
using Koda.Testing.Hosting;
using Npgsql;
using Xunit;
using static Koda.Contract.Tests.ControlPlane.OwnerCalls;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>Whoever may read the log can recompute it.</summary>
public sealed class EvidenceTests(KodaFixture koda) : IClassFixture<KodaFixture>, IAsyncLifetime
{
    private const string Chains = "/api/control-plane/chains";

    private KodaHost Host => koda.Host;

    public Task InitializeAsync() => Host.EnsureOwner();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Tasks_sessions_and_the_audit_stream_are_chains_whose_hashes_follow_from_their_events()
    {
        var task = await Host.Client.Tasks.SubmitAsync(new() { AgentId = "explorer", Query = "Look." });
        var session = await Host.NewSession("explorer");

        var chains = await Host.Client.Evidence.ListChainsAsync().ToListAsync();

        Assert.Equal(ChainKind.Task, chains.Single(chain => chain.StreamId == TaskId.Parse(task.Id).ToString()).Kind);
        Assert.Equal(ChainKind.Session, chains.Single(chain => chain.StreamId == session).Kind);
        Assert.Single(chains, chain => chain.Kind == ChainKind.Audit);
        foreach (
            var chain in chains.Where(chain =>
                chain.Kind == ChainKind.Audit || chain.StreamId == session || chain.StreamId == TaskId.Parse(task.Id).ToString()))
            Assert.Equal(chain.LastHash, (await Recompute(chain)).Hash);
    }

    [Fact]
    public async Task A_deleted_session_leaves_its_chain()
    {
        var session = await Host.NewSession("explorer");
        await Host.Rest.Delete($"/sessions/{session}");

        var chain = await Host.Client.Evidence.ListChainsAsync().SingleAsync(chain => chain.StreamId == session);

        Assert.Equal(ChainKind.Session, chain.Kind);
        Assert.Equal("conversation.created", (await Host.Client.Evidence.ListEventsAsync(session, 0))[0].Kind);
        Assert.Equal(chain.LastHash, (await Recompute(chain)).Hash);
    }

    [Fact]
    public async Task An_event_that_was_changed_in_the_table_has_not_the_hash_of_its_content()
    {
        var session = await Host.NewSession("explorer");
        await using (var source = NpgsqlDataSource.Create(koda.ConnectionString))
        await using (
            var command = source.CreateCommand($"update events set actor = 'principal:another' where stream_id = '{session}' and seq = 1"))
            await command.ExecuteNonQueryAsync();

        var events = await Host.Client.Evidence.ListEventsAsync(session, 0);

        Assert.NotNull(new EventChain(Guid.Parse(session)).Verify(events[0]));
    }

    [Fact]
    public async Task The_whole_log_comes_as_one_stream()
    {
        var session = await Host.NewSession("explorer");
        var listed = await Host.Client.Evidence.ListChainsAsync().Select(chain => chain.StreamId).ToListAsync();

        var parts = await Host.Client.Evidence.ReadChainsAsync().ToListAsync();

        Assert.Subset(parts.Where(part => part.Complete).Select(part => part.Chain.StreamId).ToHashSet(), listed.ToHashSet());
        var own = parts.Single(part => part.Chain.StreamId == session);
        var computed = new EventChain(own.Chain);
        Assert.All(own.Events, item => Assert.Null(computed.Verify(item)));
        Assert.Equal(own.Chain.LastHash, computed.Hash);
    }

    [Fact]
    public async Task A_long_chain_comes_in_parts_and_goes_on_after_any_of_them()
    {
        const string Stream = "ffffffff-0000-7000-8000-000000000001";
        await using (var source = NpgsqlDataSource.Create(koda.ConnectionString))
        await using (var command = source.CreateCommand(LongChain(Stream)))
            await command.ExecuteNonQueryAsync();

        var parts = await Host.Client.Evidence.ReadChainsAsync().Where(part => part.Chain.StreamId == Stream).ToListAsync();
        var rest = (await Host.Rest.Get($"{Chains}/events?cursor={parts[0].Cursor}"))
            .Text.Split('\n')
            .Where(line => line.StartsWith("data: {\"", StringComparison.Ordinal))
            .Select(line => JsonNode.Parse(line["data: ".Length..])!)
            .ToList();

        Assert.Equal([(500, false), (200, true)], parts.Select(part => (part.Events.Count, part.Complete)));
        Assert.Equal(501, (int)rest[0]["events"]![0]!["seq"]!);
        Assert.True((bool)rest[^1]["end"]!);
        Assert.Equal((string?)rest[^2]["cursor"], (string?)rest[^1]["cursor"]);
        (await Host.Rest.Get($"{Chains}/events?cursor=nothing")).IsRefused(400, "cursor.invalid");
    }

    [Fact]
    public async Task Rest_gives_times_as_they_were_hashed()
    {
        var session = await Host.NewSession("explorer");

        var shown = (string)(await Host.Rest.Get($"{Chains}/{session}/events")).Json["items"]![0]!["time"]!;

        var hashed = (await Host.Client.Evidence.ListEventsAsync(session, 0))[0].Time;
        Assert.Equal(hashed.ToDateTimeOffset(), DateTimeOffset.Parse(shown, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task The_whole_log_is_for_those_who_may_read_all_of_it()
    {
        var owner = await Host.SignIn();
        var created = await Host.Anonymous(owner).Post($"{Auth}/tokens", """{"name":"tasks only","scopes":["runtime.read"]}""");

        Assert.Equal(403, (await Host.Anonymous(created["token"]).Get(Chains)).Status);
        (await Host.Rest.Get($"{Chains}/nothing/events")).IsRefused(400, "request.invalid").BlamesFields("stream_id");
        Assert.Equal(400, (await Host.Rest.Get($"{Chains}/00000000-0000-7000-8000-0000000a0d17/events?after_seq=1000000")).Status);
    }

    private static string LongChain(string stream) => $"""
        insert into streams (id, head_seq, head_hash) values ('{stream}', 700, sha256('end'));
        insert into events (stream_id, seq, time, kind, actor, run_id, attempt, payload, hash)
        select '{stream}', seq, now(), 'progress', 'system', '{stream}', 0, '{"{}"}', sha256('any') from generate_series(1, 700) as seq
        """;

    private async Task<EventChain> Recompute(Chain chain)
    {
        var computed = new EventChain(chain);
        while (computed.Seq < chain.LastSeq)
        {
            foreach (
                var item in (await Host.Client.Evidence.ListEventsAsync(chain.StreamId, computed.Seq)).TakeWhile(item =>
                    item.Seq <= chain.LastSeq))
                Assert.Null(computed.Verify(item));
        }
        return computed;
    }
}
