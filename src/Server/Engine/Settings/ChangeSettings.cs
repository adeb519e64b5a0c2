using Koda.Protos.Common.V1;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Settings;

/// <summary>Changes the settings, for every server at once.</summary>
internal sealed class ChangeSettings(Database database, CurrentSettings current, AgentCatalog agents, AuditLog audit, Broadcast broadcast)
{
    /// <param name="revision">The revision that the caller read; 0: not checked.</param>
    /// <param name="change">Makes the new settings of the present ones.</param>
    /// <param name="caller">Who changes them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">INVALID_REQUEST with every problem, SETTINGS_CONFLICT, AGENT_NOT_FOUND.</exception>
    public async Task<SystemSettings> Execute(
        long revision, Func<SystemSettings, SystemSettings> change, Caller caller, CancellationToken cancellationToken)
    {
        var changed = await database.InTransaction(
            async (transaction, token) =>
            {
                var before = await SettingsStore.Lock(transaction, token);
                if (revision > 0 && revision != before.Revision)
                    throw Conflict(before.Revision);
                var after = change(before);
                await Check(after, token);
                // Lists are compared by what is stored.
                if (EngineJson.Write(after) == EngineJson.Write(before))
                    return before;
                await audit.Record(transaction, caller, Changed(before, after), token);
                return await SettingsStore.Save(transaction, after, token);
            },
            cancellationToken);
        current.Forget();
        broadcast.Announce(CurrentSettings.Topic, "changed");
        return changed;
    }

    private async Task Check(SystemSettings settings, CancellationToken cancellationToken)
    {
        var problems = SettingsRules.Problems(settings);
        if (problems.Count > 0)
            throw new EngineException(ErrorReason.InvalidRequest, $"The settings have {problems.Count} fault(s).", problems);
        if (settings.Defaults.AgentId.Length > 0)
            await agents.Find(settings.Defaults.AgentId, cancellationToken);
    }

    private static SecurityEvent Changed(SystemSettings before, SystemSettings after) => new("security.settings.changed", "settings")
    {
        Details = new Dictionary<string, string> { ["before"] = EngineJson.Write(before), ["after"] = EngineJson.Write(after) },
    };

    private static EngineException Conflict(long revision) => new(
        ErrorReason.SettingsConflict,
        $"The settings are at revision {revision} now: somebody else changed them.",
        new Dictionary<string, string> { ["revision"] = revision.ToString(System.Globalization.CultureInfo.InvariantCulture) });
}
