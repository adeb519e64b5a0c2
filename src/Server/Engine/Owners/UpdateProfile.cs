using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Owners;

/// <summary>Changes the name for people.</summary>
internal sealed class UpdateProfile(Database database, OwnerStore owners, AuditLog audit)
{
    /// <exception cref="EngineException">OWNER_MISSING, INVALID_REQUEST.</exception>
    public async Task<OwnerRecord> Execute(string displayName, Caller caller, CancellationToken cancellationToken)
    {
        if (OwnerRules.DisplayNameFault(displayName) is { } fault)
        {
            throw new EngineException(
                ErrorReason.InvalidRequest, $"The name {fault}.", new Dictionary<string, string> { ["display_name"] = fault });
        }

        var owner = await owners.Find(cancellationToken) ?? throw new EngineException(ErrorReason.OwnerMissing, "There is no owner yet.");
        var name = displayName.Trim() is { Length: > 0 } given ? given : owner.Username;
        await database.InTransaction(
            async (transaction, token) =>
            {
                await OwnerStore.Rename(transaction, name, token);
                await audit.Record(transaction, caller, new SecurityEvent("security.profile.updated", ""), token);
            },
            cancellationToken);
        return owner with { DisplayName = name };
    }
}
