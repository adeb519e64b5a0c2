namespace Koda.Server.Engine.Principals;

/// <summary>Issues a token. The answer is the only time that it can be read.</summary>
internal sealed class IssueToken(TokenStore tokens)
{
    /// <param name="kind">operator, worker or service.</param>
    /// <param name="name">The principal's name for people.</param>
    /// <param name="scopes">What the token may do.</param>
    /// <param name="lifetime">How long it is valid; null for ever.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string> Execute(string kind, string name, IReadOnlyList<string> scopes, TimeSpan? lifetime, CancellationToken cancellationToken)
    {
        var token = TokenText.New();
        await tokens.Insert(kind, name, TokenText.Hash(token), scopes, lifetime, cancellationToken);
        return token;
    }
}
