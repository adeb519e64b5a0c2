using System.Security.Cryptography;
using Dapper;
using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Principals;

/// <summary>
/// Takes the configured runtime token, as it is or in grants signed with it. It reaches the runtime API and nothing else.
/// </summary>
internal sealed class AuthenticateRuntimeToken(CredentialOptions options, OperatorPrincipal operatorPrincipal, Database database)
{
    private readonly byte[]? _hash = options.RuntimeToken is { } token ? SecretText.Hash(token) : null;

    /// <returns>Null when the text is neither the token nor a valid grant of it, or there is no such token.</returns>
    public async ValueTask<AuthenticatedCaller?> Execute(string text, CancellationToken cancellationToken)
    {
        if (_hash is null)
            return null;
        if (CryptographicOperations.FixedTimeEquals(SecretText.Hash(text), _hash))
            return await Caller(Scopes.Expand(["runtime"]), cancellationToken);
        // What is for one agent or workspace must not open all of them, and the runtime API does not tell them apart by credential.
        if (RuntimeGrant.Verify(text, options.RuntimeToken!) is not { IsRestricted: false } grant
            || await HasEnded(grant, cancellationToken))
            return null;
        return await Caller(ScopesOf(grant), cancellationToken);
    }

    private static HashSet<string> ScopesOf(RuntimeGrant grant) => grant.Capabilities
        .SelectMany<string, string>(capability => capability switch
        {
            "read" or "attach" => ["runtime.read"],
            "mutate" => ["runtime.write", "approvals.write"],
            _ => [],
        })
        .ToHashSet();

    private async ValueTask<bool> HasEnded(RuntimeGrant grant, CancellationToken cancellationToken) =>
        grant.ExpiresAt <= new DateTimeOffset(await Now(cancellationToken)).ToUnixTimeSeconds();

    private async ValueTask<DateTime> Now(CancellationToken cancellationToken)
    {
        if (database.Clock.Now is { } known)
            return known;
        var now = await database.Read(
            (connection, token) =>
                connection.ExecuteScalarAsync<DateTime>(new CommandDefinition("select clock_timestamp()", cancellationToken: token)),
            cancellationToken);
        database.Clock.Observe(now);
        return now;
    }

    private async ValueTask<AuthenticatedCaller> Caller(IReadOnlySet<string> scopes, CancellationToken cancellationToken) => new(
        CredentialKind.RuntimeToken, null, await operatorPrincipal.Id(cancellationToken), PrincipalNames.Operator, "runtime token", scopes);
}
