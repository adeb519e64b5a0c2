using Dapper;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Events;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Events;

public sealed class EventFeedTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(2));
    private readonly Guid _stream = Guid.CreateVersion7();
    private TestServer _one = null!;
    private TestServer _two = null!;

    public async Task InitializeAsync()
    {
        _one = await TestServer.Start(postgres);
        _two = await TestServer.Start(postgres);
        await _one.Append(new StreamAppend(_stream, [Note()], IsNew: true));
    }

    public async Task DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        _deadline.Dispose();
    }

    [Fact]
    public async Task A_follower_gets_what_is_stored_and_then_what_is_committed()
    {
        var follower = Collect(_one, afterSeq: 0, until: 4);
        await Append(_one, 2);
        await Append(_one, 1);

        Assert.Equal([1, 2, 3, 4], await follower);
    }

    [Fact]
    public async Task A_cursor_resumes_after_it()
    {
        await Append(_one, 9);
        Assert.Equal([8, 9, 10], await Collect(_one, afterSeq: 7, until: 10));
    }

    [Fact]
    public async Task What_another_server_commits_arrives()
    {
        var follower = Collect(_two, afterSeq: 1, until: 5);
        for (var i = 0; i < 4; i++)
            await Append(_one, 1);

        Assert.Equal([2, 3, 4, 5], await follower);
    }

    [Fact]
    public async Task A_stream_that_does_not_exist_yet_is_waited_for()
    {
        var stream = Guid.CreateVersion7();
        var follower = Collect(_two, 0, 2, stream);
        await _one.Append(new StreamAppend(stream, [Note(), Note()], IsNew: true));

        Assert.Equal([1, 2], await follower);
    }

    [Fact]
    public async Task Followers_on_two_servers_get_every_event_once_and_in_order_while_both_servers_write()
    {
        const int writes = 100;
        var last = 1 + (2 * writes * 2);
        Task<List<long>>[] followers =
            [.. Enumerable.Range(0, 40).Select(i => Collect(i % 2 == 0 ? _one : _two, afterSeq: i % 3 == 0 ? 0 : 1, until: last))];

        await Task.WhenAll(
            Parallel.ForAsync(0, writes, async (_, _) => await Append(_one, 2)),
            Parallel.ForAsync(0, writes, async (_, _) => await Append(_two, 2)));

        foreach (var follower in followers)
        {
            var seqs = await follower;
            Assert.Equal(Enumerable.Range((int)seqs[0], last - (int)seqs[0] + 1).Select(seq => (long)seq), seqs);
        }
    }

    [Fact]
    public async Task A_follower_that_falls_behind_misses_nothing()
    {
        var read = new List<long>();
        await foreach (var page in _one.Feed.Follow(_stream, 0, _deadline.Token))
        {
            read.AddRange(page.Select(entry => entry.Seq));
            // While this page is held, far more is committed than a follower's queue takes.
            if (read.Count == 1)
            {
                for (var i = 0; i < 150; i++)
                    await Append(_one, 1);
            }
            if (read[^1] == 151)
                break;
        }

        Assert.Equal(Enumerable.Range(1, 151).Select(seq => (long)seq), read);
    }

    [Fact]
    public async Task A_thousand_followers_cost_no_query_for_what_their_server_commits()
    {
        var caughtUp = 0;
        Task<List<long>>[] followers =
        [
            .. Enumerable.Range(0, 1000).Select(_ => Collect(_one, afterSeq: 0, until: 3, page: () => Interlocked.Increment(ref caughtUp))),
        ];
        await Eventually.IsTrue(() => Task.FromResult(caughtUp == followers.Length), "every follower has what is stored");

        using var queries = new QueryCount(postgres, "from events");
        await Append(_one, 1);
        await Append(_one, 1);

        Assert.All(await Task.WhenAll(followers), seqs => Assert.Equal([1, 2, 3], seqs));
        Assert.InRange(queries.Count, 0, 10);
        await Collect(_one, afterSeq: 0, until: 3);
        Assert.NotEqual(0, queries.Count);
    }

    [Fact]
    public async Task A_crowd_of_followers_leaves_connections_for_others()
    {
        await using var blocker = await postgres.Database.Source.OpenConnectionAsync();
        await using var locking = await blocker.BeginTransactionAsync();
        await blocker.ExecuteAsync("lock table events in access exclusive mode");
        Task<List<long>>[] followers = [.. Enumerable.Range(0, 100).Select(_ => Collect(_one, afterSeq: 0, until: 1))];

        Assert.Equal(1, await _one.Database.Read((connection, _) => connection.ExecuteScalarAsync<int>("select 1"), default));

        await locking.CommitAsync();
        Assert.All(await Task.WhenAll(followers), seqs => Assert.Equal([1], seqs));
    }

    [Fact]
    public async Task Events_that_are_not_kept_are_announced_as_a_gap()
    {
        await Append(_one, 9);
        await RemoveBefore(6);

        await using var follower = _one.Feed.Follow(_stream, 2, _deadline.Token).GetAsyncEnumerator();
        Assert.True(await follower.MoveNextAsync());

        Assert.Equal([5L, 6, 7, 8, 9, 10], follower.Current.Select(entry => entry.Seq));
        Assert.Equal("feed.gap", follower.Current[0].Kind);
        Assert.Equal("""{"first_seq":3,"last_seq":5}""", follower.Current[0].Payload);
    }

    [Fact]
    public async Task A_page_read_before_what_is_kept_is_refused_with_the_oldest_sequence()
    {
        await Append(_one, 9);
        await RemoveBefore(6);

        var failure = await Assert.ThrowsAsync<EngineException>(() => new ReadEvents(_one.Database).Execute(_stream, 2, 10, default));

        Assert.Equal(ErrorReason.CursorExpired, failure.Reason);
        Assert.Equal("6", failure.Details["first_seq"]);
        Assert.Equal(5, (await new ReadEvents(_one.Database).Execute(_stream, 5, 10, default)).Count);
    }

    [Fact]
    public async Task A_cursor_beyond_the_end_is_refused()
    {
        var failure = await Assert.ThrowsAsync<EngineException>(() => Collect(_one, afterSeq: 100, until: 101));
        Assert.Equal(ErrorReason.InvalidCursor, failure.Reason);
    }

    [Fact]
    public async Task Followers_go_on_after_the_listening_connection_broke()
    {
        var follower = Collect(_two, afterSeq: 1, until: 3);
        await Append(_one, 1);
        await using (var connection = await postgres.Database.Source.OpenConnectionAsync())
            await connection.ExecuteAsync(
                "select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen koda' and datname = current_database()");
        await Append(_one, 1);

        Assert.Equal([2, 3], await follower);
    }

    private static NewEvent Note() => new("progress", "system", Guid.Empty, 0, "{}");

    private async Task<List<long>> Collect(TestServer server, long afterSeq, long until, Guid? stream = null, Action? page = null)
    {
        var seqs = new List<long>();
        await foreach (var entries in server.Feed.Follow(stream ?? _stream, afterSeq, _deadline.Token))
        {
            seqs.AddRange(entries.Select(entry => entry.Seq));
            page?.Invoke();
            if (seqs[^1] >= until)
                break;
        }
        return seqs;
    }

    private Task<IReadOnlyList<Event>> Append(TestServer server, int count) =>
        server.Append(new StreamAppend(_stream, [.. Enumerable.Range(0, count).Select(_ => Note())]));

    private Task<int> RemoveBefore(long seq) => _one.Database.Read(
        (connection, _) => connection.ExecuteAsync(
            """
            update streams set first_seq = @seq, base_hash = (select hash from events where stream_id = @_stream and seq = @seq - 1) where id = @_stream;
            delete from events where stream_id = @_stream and seq < @seq
            """,
            new { seq, _stream }),
        default);
}
