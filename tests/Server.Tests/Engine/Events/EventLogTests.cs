using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Koda.Server.Engine.Events;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Events;

public sealed class EventLogTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly TestServer _server = new(postgres);
    private readonly VerifyLog _verify = new(postgres.Database);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Sequences_start_at_1_and_go_on_without_gaps()
    {
        var stream = Guid.CreateVersion7();
        await Append(new StreamAppend(stream, [Note("a"), Note("b")], IsNew: true));
        await Append(new StreamAppend(stream, [Note("c")]));

        var events = await Read(stream);

        Assert.Equal([1, 2, 3], events.Select(entry => entry.Seq));
        Assert.Equal(["""{"text":"a"}""", """{"text":"b"}""", """{"text":"c"}"""], events.Select(entry => entry.Payload));
    }

    [Fact]
    public async Task What_append_returns_is_what_is_stored()
    {
        var stream = Guid.CreateVersion7();
        var appended = await Append(
            new StreamAppend(stream, [new NewEvent("model.finished", "worker:1", stream, 2, "{}", """{"input_tokens":3}""")], IsNew: true));

        var stored = Assert.Single(await Read(stream));

        var returned = Assert.Single(appended);
        Assert.Equal(returned with { Hash = stored.Hash }, stored);
        Assert.Equal(returned.Hash, stored.Hash);
    }

    [Fact]
    public async Task One_call_appends_to_many_streams_old_and_new_and_repeated()
    {
        var (old, created) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Append(new StreamAppend(old, [Note("a")], IsNew: true));

        var events = await Append(
            new StreamAppend(created, [Note("b")], IsNew: true),
            new StreamAppend(old, [Note("c")]),
            new StreamAppend(created, [Note("d")]));

        Assert.Equal([(created, 1L), (old, 2L), (created, 2L)], events.Select(entry => (entry.StreamId, entry.Seq)));
        Assert.Null((await _verify.VerifyAll(default)).FirstBreak);
    }

    [Fact]
    public async Task A_stream_that_does_not_exist_is_not_created_unasked()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Append(new StreamAppend(Guid.CreateVersion7(), [Note("a")])));
        Assert.Contains("does not exist", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hash_is_the_documented_one()
    {
        var stream = Guid.CreateVersion7();
        await Append(new StreamAppend(stream, [new NewEvent("progress", "system", stream, 7, """{"text":"ä"}""")], IsNew: true));
        var entry = Assert.Single(await Read(stream));

        using var canonical = new MemoryStream();
        canonical.Write(new byte[32]);
        canonical.Write(stream.ToByteArray(bigEndian: true));
        canonical.Write(Convert.FromHexString("0000000000000001"));
        var microseconds = (entry.Time - DateTime.UnixEpoch).Ticks / 10;
        canonical.Write(Convert.FromHexString(microseconds.ToString("x16", CultureInfo.InvariantCulture)));
        canonical.Write([0, 0, 0, 8, .. "progress"u8, 0, 0, 0, 6, .. "system"u8]);
        canonical.Write(stream.ToByteArray(bigEndian: true));
        canonical.Write([0, 0, 0, 7, 0, 0, 0, 13, .. Encoding.UTF8.GetBytes("""{"text":"ä"}"""), 0, 0, 0, 0]);

        Assert.Equal(SHA256.HashData(canonical.ToArray()), entry.Hash);
    }

    [Fact]
    public async Task Many_appenders_to_one_stream_leave_no_hole_and_no_fork()
    {
        var stream = Guid.CreateVersion7();
        await Append(new StreamAppend(stream, [Note("start")], IsNew: true));

        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 10 }, async (i, _) =>
            await Append(new StreamAppend(stream, [Note($"{i}a"), Note($"{i}b")])));

        Assert.Equal(Enumerable.Range(1, 401).Select(seq => (long)seq), (await Read(stream)).Select(entry => entry.Seq));
        Assert.Equal(new ChainReport(1, 401, null), await _verify.VerifyStream(stream, default));
    }

    [Fact]
    public async Task Appenders_to_the_same_streams_in_different_orders_do_not_deadlock()
    {
        Guid[] streams = [.. Enumerable.Range(0, 5).Select(_ => Guid.CreateVersion7())];
        await Append([.. streams.Select(id => new StreamAppend(id, [Note("start")], IsNew: true))]);

        await Parallel.ForAsync(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
            await Append([.. streams.OrderBy(id => HashCode.Combine(id, i)).Select(id => new StreamAppend(id, [Note("x")]))]));

        foreach (var stream in streams)
            Assert.Equal(new ChainReport(1, 61, null), await _verify.VerifyStream(stream, default));
    }

    [Fact]
    public async Task A_rolled_back_append_leaves_no_trace()
    {
        var stream = Guid.CreateVersion7();
        await Append(new StreamAppend(stream, [Note("a")], IsNew: true));

        await Assert.ThrowsAsync<InvalidDataException>(() => postgres.Database.InTransaction<bool>(
            async (transaction, token) =>
            {
                await _server.Log.Append(transaction, [new StreamAppend(stream, [Note("b")])], token);
                throw new InvalidDataException();
            },
            default));

        await Append(new StreamAppend(stream, [Note("c")]));
        Assert.Equal([1, 2], (await Read(stream)).Select(entry => entry.Seq));
    }

    private static NewEvent Note(string text) => new("progress", "system", Guid.Empty, 0, $$"""{"text":"{{text}}"}""");

    private Task<IReadOnlyList<Event>> Append(params StreamAppend[] batch) => _server.Append(batch);

    private Task<IReadOnlyList<Event>> Read(Guid stream) =>
        postgres.Database.Read((connection, token) => EventQueries.Read(connection, stream, 0, 1000, token), default);
}
