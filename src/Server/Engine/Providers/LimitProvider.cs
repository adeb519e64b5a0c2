using System.Globalization;
using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

/// <summary>Sets how many tasks may use a connection at once, over all servers.</summary>
internal sealed class LimitProvider(Database database, ReadConnections read, WorkNews work, ProviderLoad load, AuditLog audit)
{
    private const int Most = 1_000_000;

    /// <param name="caller">Who sets them.</param>
    /// <param name="id">The provider's id or alias.</param>
    /// <param name="whole">For the whole connection. 0: no limit.</param>
    /// <param name="models">For single models.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">PROVIDER_NOT_FOUND, PROVIDER_NOT_CONFIGURED, INVALID_REQUEST.</exception>
    public async Task<ConnectionRecord> Execute(
        Caller caller, string id, int whole, IReadOnlyList<(string Model, int Most)> models, CancellationToken cancellationToken)
    {
        var limits = Check(whole, models);
        var connection = await read.One(id, cancellationToken);
        if (!connection.Stored)
            throw new EngineException(
                ErrorReason.ProviderNotConfigured, $"Provider '{connection.Id}' is not connected: it has no stored credential.");
        await database.InTransaction(
            async (transaction, token) =>
            {
                await LimitStore.Replace(transaction, connection.Id, limits, token);
                transaction.AfterCommit(load.Changed);
                work.Spread(transaction);
                var details = limits.ToDictionary(
                    limit => limit.Key.Length == 0 ? "connection" : $"model:{limit.Key}",
                    limit => limit.Value.ToString(CultureInfo.InvariantCulture));
                await audit.Record(
                    transaction,
                    caller,
                    new SecurityEvent("security.provider.limits_changed", $"provider:{connection.Id}") { Details = details },
                    token);
            },
            cancellationToken);
        return await read.One(connection.Id, cancellationToken);
    }

    private static Dictionary<string, int> Check(int whole, IReadOnlyList<(string Model, int Most)> models)
    {
        var problems = new Dictionary<string, string>();
        if (whole is < 0 or > Most)
            problems["max_concurrent_tasks"] = $"must be 0 to {Most}";
        for (var i = 0; i < models.Count; i++)
        {
            if (models[i].Model.Length is 0 or > 256)
                problems[$"models[{i}].model"] = "must have 1 to 256 characters";
            else if (models.Take(i).Any(other => other.Model == models[i].Model))
                problems[$"models[{i}].model"] = "is named twice";
            if (models[i].Most is < 1 or > Most)
                problems[$"models[{i}].max_concurrent_tasks"] = $"must be 1 to {Most}";
        }
        if (problems.Count > 0)
            throw new EngineException(ErrorReason.InvalidRequest, $"The limits have {problems.Count} fault(s).", problems);
        var limits = models.ToDictionary(limit => limit.Model, limit => limit.Most);
        if (whole > 0)
            limits[""] = whole;
        return limits;
    }
}
