using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Principals;

/// <summary>Issues a token for a principal of the server's own: the files of a data folder, and tests.</summary>
internal sealed class IssueToken(Database database)
{
    /// <param name="kind">operator, worker or service.</param>
    /// <param name="principal">The principal's name for people.</param>
    /// <param name="name">The token's name for people.</param>
    /// <param name="scopes">What the token may do.</param>
    /// <param name="lifetime">How long it is valid; null for ever.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string> Execute(
        string kind, string principal, string name, IReadOnlyList<string> scopes, TimeSpan? lifetime, CancellationToken cancellationToken)
    {
        var text = SecretText.New(SecretText.Token);
        await database.InTransaction(
            async (transaction, token) =>
            {
                var principalId = await PrincipalStore.Ensure(transaction, kind, principal, token);
                return await TokenStore.Insert(transaction, principalId, name, text, scopes, lifetime, token);
            },
            cancellationToken);
        return text;
    }

    /// <summary>Issues a token whose name is its principal's.</summary>
    public Task<string> Execute(
        string kind,
        string name,
        IReadOnlyList<string> scopes,
        TimeSpan? lifetime,
        CancellationToken cancellationToken) => Execute(kind, name, name, scopes, lifetime, cancellationToken);
}
