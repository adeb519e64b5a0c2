using Dapper;
using Koda.Server.Engine.Events;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Events;

public sealed class VerifyLogTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private readonly VerifyLog _verify = new(postgres.Database);

    [Fact]
    public async Task An_untouched_stream_verifies()
    {
        var stream = await StreamOf(5);
        Assert.Equal(new ChainReport(1, 5, null), await _verify.VerifyStream(stream, default));
    }

    [Theory]
    [InlineData("update events set payload = '{\"n\":99}' where stream_id = @stream and seq = 3", 3, ChainFault.HashMismatch)]
    [InlineData(
        "update events set time = time + interval '1 microsecond' where stream_id = @stream and seq = 2", 2, ChainFault.HashMismatch)]
    [InlineData("update events set actor = 'principal:other' where stream_id = @stream and seq = 5", 5, ChainFault.HashMismatch)]
    [InlineData("update events set usage = '{}' where stream_id = @stream and seq = 1", 1, ChainFault.HashMismatch)]
    [InlineData("update events set hash = sha256('x') where stream_id = @stream and seq = 4", 4, ChainFault.HashMismatch)]
    [InlineData("delete from events where stream_id = @stream and seq = 3", 3, ChainFault.SequenceHole)]
    [InlineData("delete from events where stream_id = @stream and seq = 1", 1, ChainFault.SequenceHole)]
    [InlineData("delete from events where stream_id = @stream and seq = 5", 5, ChainFault.TruncatedTail)]
    [InlineData("delete from events where stream_id = @stream", 1, ChainFault.TruncatedTail)]
    [InlineData("update streams set head_hash = sha256('x') where id = @stream", 5, ChainFault.HeadMismatch)]
    [InlineData(
        "delete from events where stream_id = @stream and seq = 5; update streams set head_seq = 4 where id = @stream",
        4,
        ChainFault.HeadMismatch)]
    public async Task Tampering_is_found_where_it_was_done(string tamper, long seq, object fault)
    {
        var stream = await StreamOf(5);
        await using (var connection = await postgres.Database.Source.OpenConnectionAsync())
            await connection.ExecuteAsync(tamper, new { stream });

        var report = await _verify.VerifyStream(stream, default);

        Assert.Equal(new ChainBreak(stream, seq, (ChainFault)fault), report.FirstBreak);
    }

    [Fact]
    public async Task What_is_kept_after_retention_still_verifies()
    {
        var stream = await StreamOf(6);
        await using (var connection = await postgres.Database.Source.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(
                """
                update streams set first_seq = 4, base_hash = (select hash from events where stream_id = @stream and seq = 3) where id = @stream;
                delete from events where stream_id = @stream and seq < 4
                """,
                new { stream });
        }

        Assert.Equal(new ChainReport(1, 3, null), await _verify.VerifyStream(stream, default));
    }

    private async Task<Guid> StreamOf(int events)
    {
        var stream = Guid.CreateVersion7();
        NewEvent[] notes = [.. Enumerable.Range(1, events).Select(n => new NewEvent("progress", "system", stream, 0, $$"""{"n":{{n}}}"""))];
        await using var server = new TestServer(postgres);
        await server.Append(new StreamAppend(stream, notes, IsNew: true));
        return stream;
    }
}
