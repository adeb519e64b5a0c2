using System.Collections.Concurrent;

namespace Koda.Server.Engine.Principals;

/// <summary>
/// Finds out who a token speaks for. Valid ones are remembered for a moment, so that a busy caller does not cost a query a call; a revoked token
/// therefore lives on for at most <see cref="RememberedFor"/>.
/// </summary>
internal sealed class AuthenticateToken(TokenStore tokens, TimeProvider clock)
{
    private const int MaxRemembered = 10_000;

    /// <summary>How long a token is taken as valid without asking again.</summary>
    public static readonly TimeSpan RememberedFor = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (AuthenticatedToken Token, DateTimeOffset Until)> _remembered = new(StringComparer.Ordinal);

    /// <returns>Null when the token is unknown, expired or revoked.</returns>
    public async ValueTask<AuthenticatedToken?> Execute(string token, CancellationToken cancellationToken)
    {
        if (!TokenText.IsPlausible(token))
            return null;
        var now = clock.GetUtcNow();
        // The key is the hash: the memory of the server holds no token longer than its request.
        var hash = TokenText.Hash(token);
        var key = Convert.ToBase64String(hash);
        if (_remembered.TryGetValue(key, out var known) && known.Until > now)
            return known.Token;
        var found = await tokens.Find(hash, cancellationToken);
        if (found is null)
        {
            _remembered.TryRemove(key, out _);
            return null;
        }

        if (_remembered.Count >= MaxRemembered)
            _remembered.Clear();
        _remembered[key] = (found, Earlier(now + RememberedFor, found.ExpiresAt));
        return found;
    }

    private static DateTimeOffset Earlier(DateTimeOffset time, DateTime? expiry) => expiry is { } at && at < time.UtcDateTime ? at : time;
}
