namespace Koda.Server.Engine.Principals;

/// <summary>Finds out who an API token speaks for.</summary>
internal sealed class AuthenticateToken(TokenStore tokens, CredentialMemory memory)
{
    /// <returns>Null when the token is unknown, expired or revoked.</returns>
    public async ValueTask<AuthenticatedCaller?> Execute(string token, CancellationToken cancellationToken)
    {
        if (!SecretText.IsPlausible(token, SecretText.Token))
            return null;
        // The key is the hash: the memory of the server holds no token longer than its request.
        var hash = SecretText.Hash(token);
        var key = Convert.ToBase64String(hash);
        if (memory.Recall(key) is { } known)
            return known;
        var asOf = memory.Revocations;
        if (await tokens.Use(hash, cancellationToken) is not { } found)
            return null;
        memory.Remember(key, found.Caller, found.Life, asOf);
        return found.Caller;
    }
}
