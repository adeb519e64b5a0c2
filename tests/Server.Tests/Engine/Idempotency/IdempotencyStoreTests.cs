using Dapper;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Infrastructure.Postgres;
using Koda.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Koda.Server.Tests.Engine.Idempotency;

public sealed class IdempotencyStoreTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly byte[] s_answer = [1, 2, 3];

    [Fact]
    public async Task The_same_request_replays_the_stored_answer()
    {
        var key = NewKey();
        Assert.Equal(ClaimOutcome.Claimed, (await ClaimAndComplete(key)).Outcome);

        var replay = await ClaimAndComplete(key);

        Assert.Equal(ClaimOutcome.Replay, replay.Outcome);
        Assert.Equal(s_answer, replay.Response);
        Assert.Null(replay.Refusal());
    }

    [Fact]
    public async Task Another_request_with_the_same_key_is_a_conflict()
    {
        var key = NewKey();
        await ClaimAndComplete(key);

        var claim = await ClaimAndComplete(key with { RequestHash = [9] });

        Assert.Equal(Protos.Common.V1.ErrorReason.IdempotencyConflict, claim.Refusal()!.Reason);
    }

    [Fact]
    public async Task Keys_of_other_principals_and_routes_are_other_keys()
    {
        var key = NewKey();
        await ClaimAndComplete(key);

        Assert.Equal(ClaimOutcome.Claimed, (await ClaimAndComplete(key with { Principal = "another" })).Outcome);
        Assert.Equal(ClaimOutcome.Claimed, (await ClaimAndComplete(key with { Route = "another" })).Outcome);
    }

    [Fact]
    public async Task A_key_in_use_by_a_running_transaction_is_in_progress_and_nobody_waits_for_it()
    {
        var key = NewKey();
        await postgres.Database.InTransaction(
            async (transaction, token) =>
            {
                await IdempotencyStore.Claim(transaction, [key], token);

                var second = await ClaimAndComplete(key).WaitAsync(TimeSpan.FromMinutes(1), token);

                Assert.Equal(Protos.Common.V1.ErrorReason.IdempotencyInProgress, second.Refusal()!.Reason);
                return true;
            },
            default);
    }

    [Fact]
    public async Task A_claim_that_was_rolled_back_leaves_the_key_free()
    {
        var key = NewKey();
        await Assert.ThrowsAsync<InvalidDataException>(() => postgres.Database.InTransaction<bool>(
            async (transaction, token) =>
            {
                await IdempotencyStore.Claim(transaction, [key], token);
                throw new InvalidDataException();
            },
            default));

        Assert.Equal(ClaimOutcome.Claimed, (await ClaimAndComplete(key)).Outcome);
    }

    [Fact]
    public async Task A_committed_claim_without_an_answer_is_in_progress_until_it_is_released()
    {
        var key = NewKey();
        await InTransaction((transaction, token) => IdempotencyStore.Claim(transaction, [key], token));
        Assert.Equal(ClaimOutcome.InProgress, (await ClaimAndComplete(key)).Outcome);

        await InTransaction(async (transaction, token) =>
        {
            await IdempotencyStore.Release(transaction, [key], token);
            return true;
        });

        Assert.Equal(ClaimOutcome.Claimed, (await ClaimAndComplete(key)).Outcome);
    }

    [Fact]
    public async Task A_batch_is_judged_key_by_key()
    {
        var (done, fresh) = (NewKey(), NewKey());
        await ClaimAndComplete(done);

        var claims = await InTransaction((transaction, token) =>
            IdempotencyStore.Claim(transaction, [fresh, done, fresh with { }, fresh with { RequestHash = [7] }], token));

        Assert.Equal(
            [ClaimOutcome.Claimed, ClaimOutcome.Replay, ClaimOutcome.InProgress, ClaimOutcome.Conflict],
            claims.Select(claim => claim.Outcome));
    }

    [Fact]
    public async Task Of_many_callers_at_once_exactly_one_does_the_work()
    {
        var key = NewKey();

        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ClaimAndComplete(key)));

        Assert.Equal(1, claims.Count(claim => claim.Outcome == ClaimOutcome.Claimed));
        Assert.DoesNotContain(claims, claim => claim.Outcome == ClaimOutcome.Conflict);
    }

    [Fact]
    public async Task An_expired_key_is_free_again_and_swept()
    {
        var (reused, forgotten) = (NewKey(), NewKey());
        await ClaimAndComplete(reused);
        await ClaimAndComplete(forgotten);
        await using (var connection = await postgres.Database.Source.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(
                "update idempotency_keys set expires_at = now() - interval '1 second' where key = any(@keys)",
                new { keys = new[] { reused.Key, forgotten.Key } });
        }

        Assert.Equal(ClaimOutcome.Claimed, (await ClaimAndComplete(reused)).Outcome);
        using var sweep = new SweepIdempotencyKeys(postgres.Database, TimeProvider.System, NullLogger<SweepIdempotencyKeys>.Instance);
        Assert.Equal(1, await sweep.Execute(default));
    }

    private static IdempotencyKey NewKey() => new("principal", "TaskService/SubmitTask", Guid.NewGuid().ToString(), [4, 2]);

    private Task<IdempotencyClaim> ClaimAndComplete(IdempotencyKey key) => InTransaction(async (transaction, token) =>
    {
        var claims = await IdempotencyStore.Claim(transaction, [key], token);
        if (claims[0].Outcome == ClaimOutcome.Claimed)
            IdempotencyStore.Complete(transaction, [(key, s_answer)]);
        return claims[0];
    });

    private Task<T> InTransaction<T>(Func<Transaction, CancellationToken, Task<T>> work) => postgres.Database.InTransaction(work, default);
}
