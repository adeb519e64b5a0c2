using Dapper;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Infrastructure.Postgres;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Infrastructure.Postgres;

public sealed class WriteBatcherTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly List<int> _batches = [];

    public async Task InitializeAsync()
    {
        await using var connection = await postgres.Database.Source.OpenConnectionAsync();
        await connection.ExecuteAsync("drop table if exists numbers; create table numbers (n int primary key check (n >= 0))");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Each_caller_gets_its_own_result_after_the_commit()
    {
        await using var batcher = Batcher(new WriteBatcherOptions());

        var results = await Task.WhenAll(Enumerable.Range(0, 300).Select(n => batcher.Write(n, default)));

        Assert.Equal(Enumerable.Range(0, 300).Select(n => n * 2), results);
        Assert.Equal(300, await Count());
        Assert.True(_batches.Count < 300, "nothing was batched");
    }

    [Fact]
    public async Task What_arrives_during_a_commit_shares_the_next_one()
    {
        var gate = new TaskCompletionSource();
        await using var batcher = Batcher(new WriteBatcherOptions { MaxBatch = 10 }, gate.Task);
        var first = batcher.Write(0, default);
        var others = Enumerable.Range(1, 15).Select(n => batcher.Write(n, default)).ToArray();

        gate.SetResult();
        await Task.WhenAll([first, .. others]);

        Assert.True(_batches.Count <= 3, $"batches of {string.Join(", ", _batches)}");
        Assert.True(_batches.Max() <= 10);
    }

    [Fact]
    public async Task An_item_that_fails_does_not_fail_its_neighbours()
    {
        var gate = new TaskCompletionSource();
        await using var batcher = Batcher(new WriteBatcherOptions(), gate.Task);
        var first = batcher.Write(100, default);
        Task<int>[] others = [batcher.Write(101, default), batcher.Write(-1, default), batcher.Write(102, default)];

        gate.SetResult();

        var written = await Task.WhenAll(first, others[0], others[2]);
        Assert.Equal([200, 202, 204], written);
        await Assert.ThrowsAsync<EngineException>(() => others[1]);
        Assert.Equal(3, await Count());
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_says_when_to_come_back()
    {
        var gate = new TaskCompletionSource();
        await using var batcher = Batcher(
            new WriteBatcherOptions { MaxBatch = 1, Capacity = 3, FullReason = ErrorReason.TaskQueueFull }, gate.Task);
        var writes = Enumerable.Range(0, 10).Select(n => batcher.Write(n, default)).ToArray();
        var refused = writes.Where(write => write.IsFaulted).ToArray();

        gate.SetResult();

        Assert.InRange(refused.Length, 6, 7);
        var failure = Assert.IsType<EngineException>(refused[0].Exception!.InnerException);
        Assert.Equal(ErrorReason.TaskQueueFull, failure.Reason);
        Assert.Equal(TimeSpan.FromSeconds(1), failure.RetryAfter);
        await Task.WhenAll(writes.Except(refused));
        Assert.Equal(10 - refused.Length, await Count());
    }

    [Fact]
    public async Task An_item_whose_caller_has_gone_before_its_turn_is_not_written()
    {
        var gate = new TaskCompletionSource();
        using var impatience = new CancellationTokenSource();
        await using (var batcher = Batcher(new WriteBatcherOptions { MaxBatch = 1 }, gate.Task))
        {
            var first = batcher.Write(1, default);
            var abandoned = batcher.Write(2, impatience.Token);
            await impatience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);
            gate.SetResult();
            await first;
        }

        Assert.Equal(1, await Count());
    }

    private WriteBatcher<int, int> Batcher(WriteBatcherOptions options, Task? gate = null) => new(
        postgres.Database,
        async (transaction, items, token) =>
        {
            await (gate ?? Task.CompletedTask);
            lock (_batches)
                _batches.Add(items.Count);
            await transaction.Connection.ExecuteAsync("insert into numbers select unnest(@items)", new { items = items.ToArray() });
            return [.. items.Select(n => n * 2)];
        },
        options);

    private async Task<int> Count()
    {
        await using var connection = await postgres.Database.Source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<int>("select count(*) from numbers");
    }
}
