using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Skills;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Agents;

/// <summary>Says everything that is wrong with a draft, at once.</summary>
internal sealed class CheckAgent(Database database, OpenProvider providers, SkillCatalog skills)
{
    /// <exception cref="EngineException">AGENT_NOT_FOUND.</exception>
    public async Task<AgentReport> Execute(string id, CancellationToken cancellationToken)
    {
        var agent = await database.Read((connection, token) => AgentStore.Find(connection, id, token), cancellationToken)
            ?? throw GetAgent.NotFound(id);
        return await database.Read((connection, token) => Execute(connection, agent.Id, agent.Draft, token), cancellationToken);
    }

    public async Task<AgentReport> Execute(
        NpgsqlConnection connection, string id, AgentDefinition draft, CancellationToken cancellationToken)
    {
        var errors = AgentRules.Problems(id, draft).Select(problem => new AgentFinding(problem.Key, problem.Value)).ToList();
        if (NeedsKey(draft) && !await HasKey(connection, id, cancellationToken))
            errors.Add(new AgentFinding("provider.api_key", $"is missing: {draft.Provider!.Kind} needs one"));
        return new AgentReport(
            [.. errors.OrderBy(error => error.Path, StringComparer.Ordinal)], [.. AgentAdvice.On(draft), .. UnknownSkills(draft)]);
    }

    // A workspace may bring what the server does not have.
    private IEnumerable<AgentFinding> UnknownSkills(AgentDefinition draft)
    {
        if (draft.Skills.Count == 0)
            return [];
        var known = skills
            .List()
            .Where(entry => entry.Skill is not null)
            .SelectMany(entry => entry.Skill!.Names)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return draft
            .Skills.Select((name, index) => (name, index))
            .Where(skill => skill.name != SkillSelection.Every && !known.Contains(skill.name))
            .Select(skill => new AgentFinding(
                $"skills[{skill.index}]", $"'{skill.name}' is no skill of this server; only a workspace that has it attaches it"));
    }

    // A server that one names oneself may well ask for none.
    private static bool NeedsKey(AgentDefinition draft) => draft.Provider is { Kind: "anthropic" or "openai", BaseUrl: "" };

    private async Task<bool> HasKey(NpgsqlConnection connection, string id, CancellationToken cancellationToken) =>
        await DraftKeys.Exists(connection, id, cancellationToken)
        || await providers.Find(AgentProviders.ConnectionOf(id), cancellationToken) is { HasKey: true };
}
