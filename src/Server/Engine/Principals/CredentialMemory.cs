using System.Collections.Concurrent;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Principals;

/// <summary>
/// The sessions and tokens that were found valid a moment ago, so that a busy caller does not cost a query a call. What is revoked is
/// forgotten on every server as soon as they hear of it; a server that cannot be told forgets by itself after <see cref="RememberedFor"/>.
/// </summary>
internal sealed class CredentialMemory
{
    private const string Topic = "credentials";
    private const int MaxRemembered = 10_000;

    /// <summary>How long a credential is taken as valid without asking again.</summary>
    public static readonly TimeSpan RememberedFor = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Broadcast _broadcast;
    private readonly TimeProvider _clock;
    private long _revocations;

    private sealed record Entry(AuthenticatedCaller Caller, long RememberedAt, TimeSpan For);

    public CredentialMemory(Broadcast broadcast, TimeProvider clock)
    {
        _broadcast = broadcast;
        _clock = clock;
        broadcast.OnChange(Topic, Forget);
    }

    /// <summary>Tells the ids of credentials that are not valid any more; null when any may be.</summary>
    public event Action<Guid?>? Ended;

    /// <summary>Rises with each revocation that this server hears of. What was read before must not be remembered after.</summary>
    public long Revocations => Volatile.Read(ref _revocations);

    /// <summary>The caller whose secret has this hash, if it was valid a moment ago.</summary>
    public AuthenticatedCaller? Recall(string hash) =>
        _entries.TryGetValue(hash, out var entry) && _clock.GetElapsedTime(entry.RememberedAt) < entry.For ? entry.Caller : null;

    /// <param name="hash">The hash of the secret.</param>
    /// <param name="caller">Who it speaks for.</param>
    /// <param name="life">How long the credential is valid by the database's clock; null for ever.</param>
    /// <param name="asOf">The <see cref="Revocations"/> before the credential was read.</param>
    public void Remember(string hash, AuthenticatedCaller caller, TimeSpan? life, long asOf)
    {
        if (_entries.Count >= MaxRemembered)
            _entries.Clear();
        _entries[hash] = new Entry(caller, _clock.GetTimestamp(), life < RememberedFor ? life.Value : RememberedFor);
        // The revocation either sees the entry, or is seen here.
        if (Revocations != asOf)
            _entries.TryRemove(hash, out _);
    }

    /// <summary>Forgets revoked credentials here, and tells the other servers. To be called when the revocation is committed.</summary>
    public void Revoked(IEnumerable<Guid> credentialIds)
    {
        foreach (var id in credentialIds)
        {
            var name = id.ToString("n");
            Forget(name);
            _broadcast.Announce(Topic, name);
        }
    }

    /// <summary>Forgets a credential of which this server found out by itself that it is over.</summary>
    public void Over(Guid credentialId) => Forget(credentialId.ToString("n"));

    private void Forget(string? name)
    {
        Interlocked.Increment(ref _revocations);
        if (Guid.TryParseExact(name, "n", out var id))
        {
            foreach (var (hash, entry) in _entries)
            {
                if (entry.Caller.CredentialId == id)
                    _entries.TryRemove(hash, out _);
            }

            Ended?.Invoke(id);
        }
        else
        {
            _entries.Clear();
            Ended?.Invoke(null);
        }
    }
}
