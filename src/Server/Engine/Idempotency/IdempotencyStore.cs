using Koda.Server.Engine.Secrets;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Idempotency;

/// <summary>The only writer of <c>idempotency_keys</c>.</summary>
/// <remarks> Claim, work and complete belong in one transaction: then a key is never left claimed by work that did not happen. Work that is
/// longer than a transaction commits its claim first; should it die, the key is free again after five minutes.
/// </remarks>
internal static class IdempotencyStore
{
    /// <summary>The answers, of which some are sealed.</summary>
    public static readonly SealedColumn Answers = new("idempotency_keys", "response");

    /// <summary>Claims keys without ever waiting for another transaction. The claims come in the order of the keys.</summary>
    public static async Task<IReadOnlyList<IdempotencyClaim>> Claim(
        Transaction transaction, IReadOnlyList<IdempotencyKey> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
            return [];
        var distinct = keys.DistinctBy(key => key.Identity).ToArray();
        var claimed = await Insert(transaction, distinct, cancellationToken);
        var rest = distinct.Where(key => !claimed.Contains(key.Identity)).ToArray();
        var stored = rest.Length == 0 ? [] : await Find(transaction, rest, cancellationToken);
        var owners = distinct.ToDictionary(key => key.Identity);
        return [.. keys.Select(key => Judge(key, isOwner: ReferenceEquals(owners[key.Identity], key)))];

        IdempotencyClaim Judge(IdempotencyKey key, bool isOwner)
        {
            if (claimed.Contains(key.Identity))
            {
                // A second request with the same key in this very batch.
                return isOwner
                    ? new(ClaimOutcome.Claimed)
                    : new(SameRequest(owners[key.Identity].RequestHash) ? ClaimOutcome.InProgress : ClaimOutcome.Conflict);
            }
            if (!stored.TryGetValue(key.Identity, out var row))
                return new(ClaimOutcome.InProgress);
            if (!SameRequest(row.RequestHash))
                return new(ClaimOutcome.Conflict);
            return row.Response is null ? new(ClaimOutcome.InProgress) : new(ClaimOutcome.Replay, row.Response);

            bool SameRequest(byte[] hash) => hash.AsSpan().SequenceEqual(key.RequestHash);
        }
    }

    // The advisory lock tells a key in use from a free one without waiting for the transaction that uses it, as the unique index alone
    // would.
    private const string InsertSql = """
        insert into idempotency_keys as stored (principal, route, key, request_hash, expires_at)
        select principal, route, key, request_hash, clock_timestamp() + interval '5 minutes'
        from (
            select *, pg_try_advisory_xact_lock(hashtextextended(concat_ws(chr(31), principal, route, key), 0)) as is_free
            from unnest($1, $2, $3, $4) as asked (principal, route, key, request_hash)
        ) as tried
        where is_free
        on conflict (principal, route, key) do update
        set request_hash = excluded.request_hash, status = 'running', response = null, created_at = excluded.created_at, expires_at = excluded.expires_at
        where stored.expires_at <= clock_timestamp()
        returning principal, route, key
        """;

    private static async Task<HashSet<(string Principal, string Route, string Key)>> Insert(
        Transaction transaction, IReadOnlyList<IdempotencyKey> keys, CancellationToken cancellationToken)
    {
        await using var command = KeyCommand(InsertSql, transaction, keys);
        command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. keys.Select(key => key.RequestHash)] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var claimed = new HashSet<(string, string, string)>();
        while (await reader.ReadAsync(cancellationToken))
            claimed.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return claimed;
    }

    private const string FindSql = """
        select principal, route, key, request_hash, response
        from idempotency_keys
        join unnest($1, $2, $3) as asked (principal, route, key) using (principal, route, key)
        """;

    /// <summary>What is stored of keys, answered or not.</summary>
    public static async Task<Dictionary<(string Principal, string Route, string Key), (byte[] RequestHash, byte[]? Response)>> Find(
        Transaction transaction, IReadOnlyList<IdempotencyKey> keys, CancellationToken cancellationToken)
    {
        await using var command = KeyCommand(FindSql, transaction, keys);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<(string, string, string), (byte[], byte[]?)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var response = reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4);
            found.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)), (reader.GetFieldValue<byte[]>(3), response));
        }
        return found;
    }

    private const string CompleteSql = """
        update idempotency_keys as stored
        set status = 'completed', response = done.response, expires_at = clock_timestamp() + interval '24 hours'
        from unnest($1, $2, $3, $4) as done (principal, route, key, response)
        where (stored.principal, stored.route, stored.key) = (done.principal, done.route, done.key)
        """;

    /// <summary>Stores the answers of claimed keys, to be replayed for 24 hours.</summary>
    public static void Complete(Transaction transaction, IReadOnlyList<(IdempotencyKey Key, byte[] Response)> answers)
    {
        if (answers.Count == 0)
            return;
        var command = new NpgsqlBatchCommand(CompleteSql);
        AddKeys(command.Parameters, [.. answers.Select(answer => answer.Key)]);
        command.Parameters.AddColumn(answers, answer => answer.Response);
        transaction.Defer(command);
    }

    private const string ReleaseSql = """
        delete from idempotency_keys as stored
        using unnest($1, $2, $3) as failed (principal, route, key)
        where (stored.principal, stored.route, stored.key) = (failed.principal, failed.route, failed.key) and stored.status = 'running'
        """;

    /// <summary>Frees keys whose work failed after their claim was committed.</summary>
    public static async Task Release(Transaction transaction, IReadOnlyList<IdempotencyKey> keys, CancellationToken cancellationToken)
    {
        await using var command = KeyCommand(ReleaseSql, transaction, keys);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private const string SweepSql = """
        delete from idempotency_keys
        where ctid in (select ctid from idempotency_keys where expires_at <= clock_timestamp() limit $1 for update skip locked)
        """;

    /// <summary>Removes some expired keys.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> Sweep(NpgsqlConnection connection, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SweepSql, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand KeyCommand(string sql, Transaction transaction, IReadOnlyList<IdempotencyKey> keys)
    {
        var command = new NpgsqlCommand(sql, transaction.Connection);
        AddKeys(command.Parameters, keys);
        return command;
    }

    private static void AddKeys(NpgsqlParameterCollection parameters, IReadOnlyList<IdempotencyKey> keys)
    {
        parameters.AddColumn(keys, key => key.Principal);
        parameters.AddColumn(keys, key => key.Route);
        parameters.AddColumn(keys, key => key.Key);
    }
}
