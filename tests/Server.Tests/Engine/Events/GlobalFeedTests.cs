using Dapper;
using Koda.Server.Engine.Events;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Events;

public sealed class GlobalFeedTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly TestServer _server = new(postgres);
    private readonly GlobalFeed _feed = new(postgres.Database);
    private long _cursor;

    // Transactions of other databases in the cluster hold the feed back too, so what earlier tests wrote may settle late: it is skipped by
    // position.
    public async Task InitializeAsync() =>
        _cursor = await _server.Database.Read(
            (connection, token) => connection.QuerySingleAsync<long>(
                new CommandDefinition("select coalesce(max(position), 0) from events", cancellationToken: token)),
            default);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Events_of_all_streams_come_in_pages_with_each_stream_in_order()
    {
        var (a, b) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await _server.Append(new StreamAppend(a, [Note(), Note()], IsNew: true), new StreamAppend(b, [Note()], IsNew: true));
        await _server.Append(new StreamAppend(a, [Note()]));

        Assert.Equal([(a, 1L), (a, 2L), (b, 1L), (a, 3L)], await ReadUntil(4, limit: 2));
    }

    [Fact]
    public async Task A_transaction_that_commits_late_is_not_skipped()
    {
        var (late, early) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var inserted = new TaskCompletionSource();
        var commit = new TaskCompletionSource();
        var lateAppend = _server.Database.InTransaction(
            async (transaction, token) =>
            {
                await _server.Log.Append(transaction, [new StreamAppend(late, [Note()], IsNew: true)], token);
                await transaction.Flush(token);
                inserted.SetResult();
                await commit.Task;
                return true;
            },
            default);
        await inserted.Task;
        await _server.Append(new StreamAppend(early, [Note()], IsNew: true));

        Assert.Empty(await ReadPage());
        Assert.Empty(await ReadPage());
        commit.SetResult();
        await lateAppend;

        Assert.Equal([(late, 1L), (early, 1L)], await ReadUntil(2));
    }

    [Fact]
    public async Task The_feed_goes_on_while_there_is_always_some_transaction_running()
    {
        var stream = Guid.CreateVersion7();
        await _server.Append(new StreamAppend(stream, [Note()], IsNew: true));
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await _server.Append(new StreamAppend(Guid.CreateVersion7(), [Note()], IsNew: true));
        })).ToArray();

        var read = await ReadUntil(200);

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        Assert.Equal(read.Count, read.Distinct().Count());
        Assert.Equal((stream, 1L), read[0]);
    }

    private static NewEvent Note() => new("progress", "system", Guid.Empty, 0, "{}");

    private async Task<List<(Guid Stream, long Seq)>> ReadUntil(int count, int limit = 100)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var read = new List<(Guid, long)>();
        while (read.Count < count)
        {
            deadline.Token.ThrowIfCancellationRequested();
            var page = await ReadPage(limit);
            Assert.InRange(page.Count, 0, limit);
            read.AddRange(page);
        }
        return read;
    }

    private async Task<List<(Guid Stream, long Seq)>> ReadPage(int limit = 100)
    {
        var page = await _feed.Read(_cursor, limit, default);
        _cursor = page.NextPosition;
        return [.. page.Events.Select(entry => (entry.Event.StreamId, entry.Event.Seq))];
    }
}
