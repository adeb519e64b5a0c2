using System.Globalization;
using Dapper;
using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Secrets;

internal sealed record RotatedKey(string KeyId, string PreviousKeyId, long Rewrapped);

/// <summary>
/// Replaces the master key while everything runs: every envelope is wrapped anew. The key before stays able to open, because another server
/// may seal with it until it has heard; a key goes when nothing is wrapped with it any more. A rotation that is killed halfway leaves keys
/// that open everything.
/// </summary>
internal sealed class RotateMasterKey
{
    private const string Topic = "master-key";

    // One rotation at a time; the lock is given back with the transaction, whatever becomes of the server.
    private const string LockSql = "select pg_advisory_xact_lock(hashtextextended('koda.master-key', 0))";

    private readonly Database _database;
    private readonly KeyRing _ring;
    private readonly SecretBox _box;
    private readonly IReadOnlyList<SealedColumn> _columns;
    private readonly AuditLog _audit;
    private readonly Broadcast _broadcast;

    public RotateMasterKey(
        Database database, KeyRing ring, SecretBox box, IEnumerable<SealedColumn> columns, AuditLog audit, Broadcast broadcast)
    {
        _database = database;
        _ring = ring;
        _box = box;
        _columns = [.. columns];
        _audit = audit;
        _broadcast = broadcast;
    }

    /// <summary>Takes over the keys that other servers on this data folder make.</summary>
    public void FollowOthers() => _broadcast.OnChange(Topic, _ => _ring.Reload());

    /// <exception cref="EngineException">
    /// SECRETS_KEY_GIVEN: the key comes from the environment, and everything is wrapped with the first one there already.
    /// </exception>
    public Task<RotatedKey> Execute(Caller caller, CancellationToken cancellationToken) => _database.InTransaction(
        async (transaction, token) =>
        {
            // It holds the lock, and nothing else, while other transactions do the work.
            await transaction.Connection.ExecuteAsync("set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0");
            await transaction.Connection.ExecuteAsync(new CommandDefinition(LockSql, cancellationToken: token));
            _ring.Reload();
            var before = _ring.Current;
            var rewrapped = await RewrapAll(token);
            if (_ring.IsFile)
                rewrapped += await ReplaceKey(before, token);
            else if (rewrapped == 0)
                throw KeyGiven();
            var previous = _ring.IsFile ? before.Name : string.Join(", ", _ring.Keys.Skip(1).Select(key => key.Name));
            await _audit.Record(transaction, caller, Rotated(previous, rewrapped), token);
            return new RotatedKey(_ring.Current.Name, previous, rewrapped);
        },
        cancellationToken,
        Timeout.InfiniteTimeSpan);

    private async Task<long> ReplaceKey(MasterKey before, CancellationToken cancellationToken)
    {
        var used = await UsedKeys(cancellationToken);
        MasterKey[] kept = [MasterKey.New(), before, .. _ring.Keys.Where(key => key != before && used.Contains(key.Name))];
        await _ring.Replace(kept, cancellationToken);
        _broadcast.Announce(Topic, "replaced");
        return await RewrapAll(cancellationToken);
    }

    private async Task<long> RewrapAll(CancellationToken cancellationToken)
    {
        var count = 0L;
        foreach (var column in _columns)
        {
            foreach (var key in _ring.Keys.Skip(1))
            {
                int batch;
                do
                {
                    batch = await _database.InTransaction(
                        (transaction, token) => column.Rewrap(transaction, key.Id, envelope => _box.Rewrap(envelope), token),
                        cancellationToken);
                    count += batch;
                }
                while (batch > 0);
            }
        }
        return count;
    }

    private async Task<HashSet<string>> UsedKeys(CancellationToken cancellationToken)
    {
        var used = new HashSet<string>();
        foreach (var column in _columns)
        {
            foreach (var (keyId, _) in await _database.Read((connection, token) => column.Count(connection, token), cancellationToken))
                used.Add(Convert.ToHexStringLower(keyId));
        }
        return used;
    }

    private SecurityEvent Rotated(string previous, long rewrapped) =>
        new("security.secrets.master_key_rotated", $"key:{_ring.Current.Name}")
        {
            Details = new Dictionary<string, string>
            {
                ["previous"] = previous,
                ["rewrapped"] = rewrapped.ToString(CultureInfo.InvariantCulture),
            },
        };

    private static EngineException KeyGiven() => new(
        ErrorReason.SecretsKeyGiven,
        $"The master key comes from {KeyRing.Variable}. Start the servers with {KeyRing.Variable}=<new key>,<old key>, rotate, then take the old key away.");
}
