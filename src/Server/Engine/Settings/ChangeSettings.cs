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
        await CheckAgent(change(await current.Read(cancellationToken)), cancellationToken);
        return await database.InTransaction(
            (transaction, token) => Execute(transaction, revision, change, caller, token), cancellationToken);
    }

    /// <summary>Changes the settings as a part of something larger, which answers for the agent that they name.</summary>
    public async Task<SystemSettings> Execute(
        Transaction transaction,
        long revision,
        Func<SystemSettings, SystemSettings> change,
        Caller caller,
        CancellationToken cancellationToken)
    {
        var before = await SettingsStore.Lock(transaction, cancellationToken);
        if (revision > 0 && revision != before.Revision)
            throw Conflict(before.Revision);
        var after = change(before);
        Check(after);
        // Lists are compared by what is stored.
        if (EngineJson.Write(after) == EngineJson.Write(before))
            return before;
        await audit.Record(transaction, caller, Changed(before, after), cancellationToken);
        transaction.AfterCommit(() =>
        {
            current.Forget();
            broadcast.Announce(CurrentSettings.Topic, "changed");
        });
        return await SettingsStore.Save(transaction, after, cancellationToken);
    }

    private async Task CheckAgent(SystemSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Defaults.AgentId.Length > 0)
            await agents.Find(settings.Defaults.AgentId, cancellationToken);
    }

    private static void Check(SystemSettings settings)
    {
        var problems = SettingsRules.Problems(settings);
        if (problems.Count > 0)
            throw new EngineException(ErrorReason.InvalidRequest, $"The settings have {problems.Count} fault(s).", problems);
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
