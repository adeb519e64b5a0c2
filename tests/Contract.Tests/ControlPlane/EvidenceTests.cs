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
        foreach (var chain in chains)
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
        await using (var command = source.CreateCommand($"update events set actor = 'principal:another' where stream_id = '{session}' and seq = 1"))
            await command.ExecuteNonQueryAsync();

        var events = await Host.Client.Evidence.ListEventsAsync(session, 0);

        Assert.NotNull(new EventChain(Guid.Parse(session)).Verify(events[0]));
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

    private async Task<EventChain> Recompute(Chain chain)
    {
        var computed = new EventChain(chain);
        while (computed.Seq < chain.LastSeq)
        {
            foreach (var item in (await Host.Client.Evidence.ListEventsAsync(chain.StreamId, computed.Seq)).TakeWhile(item => item.Seq <= chain.LastSeq))
                Assert.Null(computed.Verify(item));
        }
        return computed;
    }
}
