using System.Collections.Concurrent;
using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;
using Microsoft.Extensions.Caching.Memory;

namespace Koda.Server.Engine.Agents;

/// <summary>Published agents, kept in memory so that a submission needs no look-up. A change on any server forgets them all.</summary>
internal sealed class AgentCatalog : IDisposable
{
    /// <summary>What other servers announce when an agent changed.</summary>
    public const string Topic = "agents";

    // Anybody who may publish may do so for ever, each time with a prompt of 256 Ki characters; those that were not asked for the longest
    // are forgotten.
    private const long MostCharacters = 16 * 1024 * 1024;

    // A change is told to every server; should that news be lost, this is how long an old state may be used.
    private static readonly TimeSpan s_keptFor = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, (PublishedAgent Agent, long ReadAt)> _agents = new(StringComparer.OrdinalIgnoreCase);
    private readonly MemoryCache _definitions = new(new MemoryCacheOptions { SizeLimit = MostCharacters });
    private readonly Database _database;
    private readonly Broadcast _broadcast;
    private readonly TimeProvider _clock;
    private int _generation;

    public AgentCatalog(Database database, Broadcast broadcast, TimeProvider clock)
    {
        _database = database;
        _broadcast = broadcast;
        _clock = clock;
        broadcast.OnChange(Topic, _ => Forget());
    }

    /// <summary>The agent, which takes work now.</summary>
    /// <exception cref="EngineException">AGENT_NOT_FOUND, AGENT_NOT_RUNNABLE.</exception>
    public ValueTask<PublishedAgent> Runnable(string id, CancellationToken cancellationToken) => Runnable(_database, id, cancellationToken);

    /// <inheritdoc cref="Runnable(string, CancellationToken)"/>
    public async ValueTask<PublishedAgent> Runnable(IQueries queries, string id, CancellationToken cancellationToken)
    {
        var agent = await Find(queries, id, cancellationToken);
        return agent.State == AgentState.Active
            ? agent
            : throw new EngineException(
                ErrorReason.AgentNotRunnable,
                agent.State == AgentState.Draft
                    ? $"Agent {agent.Id} was never published."
                    : $"Agent {agent.Id} is {EnumText<AgentState>.Of(agent.State)}.",
                new Dictionary<string, string> { ["state"] = EnumText<AgentState>.Of(agent.State) });
    }

    /// <summary>The agent, by any spelling of its id.</summary>
    /// <exception cref="EngineException">AGENT_NOT_FOUND.</exception>
    public ValueTask<PublishedAgent> Find(string id, CancellationToken cancellationToken) => Find(_database, id, cancellationToken);

    /// <inheritdoc cref="Find(string, CancellationToken)"/>
    public async ValueTask<PublishedAgent> Find(IQueries queries, string id, CancellationToken cancellationToken)
    {
        if (_agents.TryGetValue(id, out var entry) && _clock.GetElapsedTime(entry.ReadAt) < s_keptFor)
            return entry.Agent;
        var generation = Volatile.Read(ref _generation);
        var readAt = _clock.GetTimestamp();
        var agent = await queries.Read((connection, token) => AgentStore.FindPublished(connection, id, token), cancellationToken)
            ?? throw GetAgent.NotFound(id);
        // What was read before a change must not be kept after it.
        if (generation == Volatile.Read(ref _generation))
            _agents[id] = (agent, readAt);
        return agent;
    }

    /// <summary>The id as the agent has it; as it was given when there is no such agent, for tasks may have outlived theirs.</summary>
    public async ValueTask<string> Spelling(string id, CancellationToken cancellationToken)
    {
        if (_agents.TryGetValue(id, out var entry))
            return entry.Agent.Id;
        return await _database.Read((connection, token) => AgentStore.FindSpelling(connection, id, token), cancellationToken) ?? id;
    }

    /// <summary>A version's definition, which never changes.</summary>
    public ValueTask<AgentDefinition> Definition(string id, int version, CancellationToken cancellationToken) =>
        Definition(_database, id, version, cancellationToken);

    /// <inheritdoc cref="Definition(string, int, CancellationToken)"/>
    public async ValueTask<AgentDefinition> Definition(IQueries queries, string id, int version, CancellationToken cancellationToken)
    {
        if (_definitions.TryGetValue((id, version), out AgentDefinition? known))
            return known!;
        var definition = await queries.Read(
            (connection, token) => AgentStore.ReadDefinition(connection, id, version, token), cancellationToken);
        return _definitions.Set((id, version), definition, new MemoryCacheEntryOptions { Size = EngineJson.Write(definition).Length });
    }

    /// <summary>Makes every server see a change once it is committed.</summary>
    public void ForgetAfter(Transaction transaction, string id) => transaction.AfterCommit(() =>
    {
        Forget();
        _broadcast.Announce(Topic, id);
    });

    public void Dispose() => _definitions.Dispose();

    public void Forget()
    {
        Interlocked.Increment(ref _generation);
        _agents.Clear();
    }
}
