using Koda.Server.Engine.Secrets;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Idempotency;

/// <summary>What an act is answered with: its result, or the answer that was stored for the same request before.</summary>
internal sealed record Answer<T>(T? Result, byte[]? Replayed)
    where T : class;

/// <summary>
/// Does an act in one transaction with the claim of its idempotency key and the stored answer. Answers are stored sealed, because some hold
/// what is shown once.
/// </summary>
internal sealed class RunOnce(Database database, SecretBox box)
{
    /// <param name="key">Null: the act is simply done.</param>
    /// <param name="encode">Writes the answer that is stored for the key.</param>
    /// <param name="act">The act. It may be run again when the transaction has to be repeated.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">IDEMPOTENCY_CONFLICT, IDEMPOTENCY_IN_PROGRESS, and what the act throws.</exception>
    public Task<Answer<T>> Execute<T>(
        IdempotencyKey? key, Func<T, byte[]> encode, Func<Transaction, CancellationToken, Task<T>> act, CancellationToken cancellationToken)
        where T : class => database.InTransaction(
        async (transaction, token) =>
        {
            if (key is null)
                return new Answer<T>(await act(transaction, token), null);
            var claim = (await IdempotencyStore.Claim(transaction, [key], token))[0];
            if (claim.Refusal() is { } refusal)
                throw refusal;
            if (claim.Outcome == ClaimOutcome.Replay)
                return new Answer<T>(null, Convert.FromBase64String(box.Open(claim.Response, Purpose(key))));
            var result = await act(transaction, token);
            var stored = box.Seal(Convert.ToBase64String(encode(result)), Purpose(key));
            IdempotencyStore.Complete(transaction, [(key, stored)]);
            return new Answer<T>(result, null);
        },
        cancellationToken);

    /// <summary>
    /// The answer that was stored for the same request; null when there is none yet. For acts that begin with more than a transaction.
    /// </summary>
    /// <exception cref="EngineException">IDEMPOTENCY_CONFLICT: the key was used for another request.</exception>
    public async Task<Answer<T>?> Find<T>(IdempotencyKey? key, CancellationToken cancellationToken)
        where T : class
    {
        if (key is null)
            return null;
        var stored = await database.InTransaction(
            (transaction, token) => IdempotencyStore.Find(transaction, [key], token), cancellationToken);
        if (!stored.TryGetValue(key.Identity, out var row) || row.Response is null)
            return null;
        if (!row.RequestHash.AsSpan().SequenceEqual(key.RequestHash))
            throw new IdempotencyClaim(ClaimOutcome.Conflict).Refusal()!;
        return new Answer<T>(null, Convert.FromBase64String(box.Open(row.Response, Purpose(key))));
    }

    private static string Purpose(IdempotencyKey key) => $"answer:{key.Principal}:{key.Route}:{key.Key}";
}
