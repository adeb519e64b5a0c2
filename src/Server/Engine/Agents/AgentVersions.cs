using System.Globalization;
using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Agents;

/// <summary>What differs between two versions of an agent.</summary>
internal sealed record AgentDiff(string Id, string From, string To, IReadOnlyList<FieldChange> Changes);

/// <summary>Reads what was published of an agent, and compares it.</summary>
internal sealed class AgentVersions(Database database)
{
    public const string Draft = "draft";
    private const string Published = "published";

    /// <summary>Versions, newest first.</summary>
    /// <exception cref="EngineException">AGENT_NOT_FOUND, INVALID_CURSOR, INVALID_REQUEST.</exception>
    public async Task<Page<AgentVersion>> List(string id, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var filters = "versions" + AgentIds.Key(id);
        var before = ListCursor.Decode(filters, cursor) is { } position ? int.Parse(position, CultureInfo.InvariantCulture) : int.MaxValue;
        var size = Page.Limit(limit);
        var rows = await database.Read(
            async (connection, token) =>
                await AgentStore.ListVersions(connection, (await Agent(connection, id, token)).Id, before, size + 1, token),
            cancellationToken);
        return Page.Of(rows, size, filters, version => version.Version.ToString(CultureInfo.InvariantCulture));
    }

    /// <exception cref="EngineException">AGENT_NOT_FOUND, AGENT_VERSION_NOT_FOUND.</exception>
    public Task<(string Id, AgentVersion Version, AgentDefinition Definition)> Get(
        string id, int version, CancellationToken cancellationToken) =>
        database.Read(
            async (connection, token) =>
            {
                var agent = await Agent(connection, id, token);
                var (found, definition) = await Find(connection, agent, version, token);
                return (agent.Id, found, definition);
            },
            cancellationToken);

    /// <summary>The definition of a version: a number, <c>published</c> or <c>draft</c>.</summary>
    /// <param name="id">The agent.</param>
    /// <param name="name">The version.</param>
    /// <param name="field">What the caller calls it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">AGENT_NOT_FOUND, AGENT_VERSION_NOT_FOUND, INVALID_REQUEST.</exception>
    public Task<(string Id, AgentDefinition Definition)> Named(string id, string name, string field, CancellationToken cancellationToken) =>
        database.Read(
            async (connection, token) =>
            {
                var agent = await Agent(connection, id, token);
                return (agent.Id, await Named(connection, agent, name, field, token));
            },
            cancellationToken);

    /// <summary>Compares two versions: numbers, <c>published</c> (the default before) or <c>draft</c> (the default after).</summary>
    /// <exception cref="EngineException">AGENT_NOT_FOUND, AGENT_VERSION_NOT_FOUND, INVALID_REQUEST.</exception>
    public Task<AgentDiff> Compare(string id, string from, string to, CancellationToken cancellationToken) => database.Read(
        async (connection, token) =>
        {
            var agent = await Agent(connection, id, token);
            (from, to) = (from.Length == 0 ? Published : from, to.Length == 0 ? Draft : to);
            var before = await Named(connection, agent, from, nameof(from), token);
            var after = await Named(connection, agent, to, nameof(to), token);
            return new AgentDiff(agent.Id, from, to, AgentFields.Compare(before, after));
        },
        cancellationToken);

    public static async Task<(AgentVersion Version, AgentDefinition Definition)> Find(
        NpgsqlConnection connection, AgentConfiguration agent, int version, CancellationToken cancellationToken) =>
        await AgentStore.FindVersion(connection, agent.Id, version, cancellationToken) ?? throw NotFound(agent.Id, $"version {version}");

    private static async Task<AgentDefinition> Named(
        NpgsqlConnection connection,
        AgentConfiguration agent,
        string name,
        string field,
        CancellationToken cancellationToken) =>
        name switch
        {
            Draft => agent.Draft,
            Published => agent.Published ?? throw NotFound(agent.Id, "published version"),
            _ when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var version) =>
                (await Find(connection, agent, version, cancellationToken)).Definition,
            _ => throw new EngineException(
                ErrorReason.InvalidRequest,
                $"'{name}' names no version.",
                new Dictionary<string, string> { [field] = "must be a number, published or draft" }),
        };

    private static async Task<AgentConfiguration> Agent(NpgsqlConnection connection, string id, CancellationToken cancellationToken) =>
        await AgentStore.Find(connection, id, cancellationToken) ?? throw GetAgent.NotFound(id);

    private static EngineException NotFound(string id, string what) =>
        new(ErrorReason.AgentVersionNotFound, $"Agent '{id}' has no {what}.");
}
