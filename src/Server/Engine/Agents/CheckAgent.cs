using Koda.Server.Engine.Providers;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Agents;

/// <summary>Says everything that is wrong with a draft, at once.</summary>
internal sealed class CheckAgent(Database database, OpenProvider providers)
{
    /// <exception cref="EngineException">AGENT_NOT_FOUND.</exception>
    public async Task<AgentReport> Execute(string id, CancellationToken cancellationToken)
    {
        var agent = await database.Read((connection, token) => AgentStore.Find(connection, id, token), cancellationToken) ?? throw GetAgent.NotFound(id);
        return await database.Read((connection, token) => Execute(connection, agent.Id, agent.Draft, token), cancellationToken);
    }

    public async Task<AgentReport> Execute(NpgsqlConnection connection, string id, AgentDefinition draft, CancellationToken cancellationToken)
    {
        var errors = AgentRules.Problems(id, draft).Select(problem => new AgentFinding(problem.Key, problem.Value)).ToList();
        if (NeedsKey(draft) && !await HasKey(connection, id, cancellationToken))
            errors.Add(new AgentFinding("provider.api_key", $"is missing: {draft.Provider!.Kind} needs one"));
        return new AgentReport([.. errors.OrderBy(error => error.Path, StringComparer.Ordinal)], [.. AgentAdvice.On(draft)]);
    }

    // A server that one names oneself may well ask for none.
    private static bool NeedsKey(AgentDefinition draft) => draft.Provider is { Kind: "anthropic" or "openai", BaseUrl: "" };

    private async Task<bool> HasKey(NpgsqlConnection connection, string id, CancellationToken cancellationToken) =>
        await DraftKeys.Exists(connection, id, cancellationToken)
        || await providers.Find(AgentProviders.ConnectionOf(id), cancellationToken) is { HasKey: true };
}
