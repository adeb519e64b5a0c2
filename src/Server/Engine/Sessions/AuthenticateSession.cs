using Koda.Protos.Common.V1;
using Koda.Server.Engine.Principals;

namespace Koda.Server.Engine.Sessions;

/// <summary>Finds out who a session speaks for.</summary>
internal sealed class AuthenticateSession(SessionStore sessions, CredentialMemory memory)
{
    /// <returns>Null when there never was such a session.</returns>
    /// <exception cref="EngineException">SESSION_EXPIRED: it was one, and has expired or was revoked.</exception>
    public async ValueTask<AuthenticatedCaller?> Execute(string secret, CancellationToken cancellationToken)
    {
        if (!SecretText.IsPlausible(secret, SecretText.Session))
            return null;
        var hash = SecretText.Hash(secret);
        var key = Convert.ToBase64String(hash);
        if (memory.Recall(key) is { } known)
            return known;
        var asOf = memory.Revocations;
        if (await sessions.Use(hash, cancellationToken) is not { } found)
            return null;
        if (found.IsOver)
            throw new EngineException(ErrorReason.SessionExpired, "The session has expired, or was revoked.");
        memory.Remember(key, found.Caller, found.Life, asOf);
        return found.Caller;
    }
}
