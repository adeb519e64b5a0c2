using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Principals;

/// <summary>What a token is to be.</summary>
/// <param name="Name">The name for people.</param>
/// <param name="Days">How long it is valid; 0 for the default.</param>
/// <param name="Scopes">Bundles and single scopes; none for the default.</param>
internal sealed record NewToken(string Name, int Days, IReadOnlyList<string> Scopes);

/// <summary>A created token and its secret, which is not kept.</summary>
internal sealed record CreatedToken(string Text, TokenRecord Token);

/// <summary>Creates an API token for the caller's own principal, with no more than the caller itself may do.</summary>
internal sealed class CreateToken(RunOnce once, AuditLog audit)
{
    private const int DefaultDays = 90;
    private const int MaxDays = 3650;
    private const int MaxName = 80;

    /// <exception cref="EngineException">INVALID_REQUEST; SCOPE_ESCALATION: the caller lacks a scope of the token; those of idempotency
    /// keys.</exception>
    public Task<Answer<CreatedToken>> Execute(
        NewToken wanted, Caller caller, IReadOnlySet<string> callerScopes, IdempotencyKey? key, Func<CreatedToken, byte[]> encode,
        CancellationToken cancellationToken)
    {
        Check(wanted);
        IReadOnlyList<string> scopes = wanted.Scopes.Count == 0 ? [Scopes.ControlPlane] : [.. wanted.Scopes.Distinct()];
        var missing = Scopes.Expand(scopes).Where(scope => !callerScopes.Contains(scope)).Order(StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
            return Refuse(wanted.Name, missing, caller, cancellationToken);
        return once.Execute(key, encode, (transaction, token) => Create(transaction, wanted, scopes, caller, token), cancellationToken);
    }

    private async Task<CreatedToken> Create(
        Transaction transaction, NewToken wanted, IReadOnlyList<string> scopes, Caller caller, CancellationToken cancellationToken)
    {
        var text = SecretText.New(SecretText.Token);
        var life = TimeSpan.FromDays(wanted.Days == 0 ? DefaultDays : wanted.Days);
        var record = await TokenStore.Insert(
            transaction, Guid.Parse(caller.PrincipalId), wanted.Name.Trim(), text, scopes, life, cancellationToken);
        var created = new SecurityEvent("security.token.created", $"token:{record.Id}")
        {
            Details = new Dictionary<string, string>
            {
                ["name"] = record.Name,
                ["prefix"] = record.Prefix,
                ["scopes"] = string.Join(' ', scopes),
            },
        };
        await audit.Record(transaction, caller, created, cancellationToken);
        return new CreatedToken(text, record);
    }

    private async Task<Answer<CreatedToken>> Refuse(string name, List<string> missing, Caller caller, CancellationToken cancellationToken)
    {
        var scopes = string.Join(' ', missing);
        var refused = new SecurityEvent("security.token.created", "", SecurityOutcome.Denied)
        {
            Details = new Dictionary<string, string> { ["name"] = name, ["missing_scopes"] = scopes },
        };
        await audit.Record(caller, refused, cancellationToken);
        throw new EngineException(
            ErrorReason.ScopeEscalation, $"A token cannot have scopes that its creator lacks: {string.Join(", ", missing)}.",
            new Dictionary<string, string> { ["scopes"] = scopes });
    }

    private static void Check(NewToken wanted)
    {
        var faults = new Dictionary<string, string>();
        if (wanted.Name.Trim() is not { Length: > 0 and <= MaxName } || wanted.Name.Any(char.IsControl))
            faults["name"] = $"must have 1 to {MaxName} characters and no control characters";
        if (wanted.Days is < 0 or > MaxDays)
            faults["expires_in_days"] = $"must be 1 to {MaxDays}, or 0 for {DefaultDays}";
        if (wanted.Scopes.Where(scope => !Scopes.IsKnown(scope)).Distinct().ToList() is { Count: > 0 } unknown)
            faults["scopes"] = $"names what is no scope: {string.Join(", ", unknown)}; there are {string.Join(", ", Scopes.Names)}";
        if (faults.Count > 0)
            throw new EngineException(ErrorReason.InvalidRequest, "The token cannot be created as it is described.", faults);
    }
}
