using System.Text.Json.Nodes;
using Koda.Server.Engine.Providers;
using Koda.Server.Infrastructure.Http;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

/// <summary>Which provider connection a task of an agent uses.</summary>
internal sealed class AgentProviders(GuardedHttp http)
{
    /// <summary>The connection that is stored with an agent's own provider.</summary>
    public static string ConnectionOf(string agentId) => $"agent-{agentId.ToLowerInvariant()}";

    /// <summary>The task's own choice, else the agent's connection, else the agent's own provider, else the server's default.</summary>
    /// <exception cref="EngineException">PROVIDER_NOT_FOUND.</exception>
    public async Task<ProviderRecord> Resolve(
        IQueries queries, string agentId, AgentDefinition definition, string named, CancellationToken cancellationToken)
    {
        var provider = NameOf(agentId, definition, named) is { Length: > 0 } name
            ? await Find(queries, name, cancellationToken)
            : await OpenProvider.Default(queries, cancellationToken);
        var isOwn = provider.Id == ConnectionOf(agentId);
        return Reachable(isOwn ? provider : WithOptions(provider, definition));
    }

    /// <summary>The options of a connection with what the agent says of every model.</summary>
    public static string Options(ProviderRecord provider, AgentDefinition definition)
    {
        if (definition.Temperature is not { } temperature)
            return provider.Options;
        var merged = JsonNode.Parse(provider.Options.Length == 0 ? "{}" : provider.Options)!.AsObject();
        merged["temperature"] = temperature;
        return merged.ToJsonString();
    }

    /// <summary>A connection that a task may fall back to.</summary>
    /// <exception cref="EngineException">PROVIDER_NOT_FOUND.</exception>
    public async Task<ProviderRecord> Fallback(IQueries queries, string id, CancellationToken cancellationToken) =>
        Reachable(await Find(queries, id, cancellationToken));

    /// <summary>The id of the connection that is named for a task, by itself or by its agent. Empty: the server's default.</summary>
    public static string NameOf(string agentId, AgentDefinition definition, string named) =>
        named.Length > 0 ? ProviderCatalogue.Canonical(named)
        : definition.Provider is { Connection: { Length: > 0 } connection } ? ProviderCatalogue.Canonical(connection)
        : definition.Provider is { Kind.Length: > 0 } ? ConnectionOf(agentId)
        : "";

    /// <summary>
    /// An agent that names a connection may add options to it; one that leaves the provider open may have options for the offline one only,
    /// because those of others depend on their kind.
    /// </summary>
    private static ProviderRecord WithOptions(ProviderRecord provider, AgentDefinition definition) =>
        definition.Provider switch
        {
            { Connection.Length: > 0, Options.Length: > 2 } named when ProviderCatalogue.Canonical(named.Connection) == provider.Id =>
                provider with { Options = named.Options },
            { Options.Length: > 0 } open when provider.Kind == "offline" && !definition.NamesProvider => provider with
            {
                Options = open.Options,
            },
            _ => provider,
        };

    /// <summary>Lets the worker reach a private address that the installation means, although its name does not say so.</summary>
    private ProviderRecord Reachable(ProviderRecord provider)
    {
        var isMeant =
            provider.AuthMode == AuthMode.Local && !provider.Id.StartsWith(ProviderCatalogue.AgentPrefix, StringComparison.Ordinal)
            || (Uri.TryCreate(provider.BaseUrl, UriKind.Absolute, out var url) && http.IsAllowedHost(url.Host));
        if (!isMeant || JsonNode.Parse(provider.Options.Length == 0 ? "{}" : provider.Options) is not JsonObject options)
            return provider;
        options["allow_private_network"] = true;
        return provider with { Options = options.ToJsonString() };
    }

    private static async Task<ProviderRecord> Find(IQueries queries, string id, CancellationToken cancellationToken) =>
        await OpenProvider.Find(queries, id, cancellationToken) ?? throw OpenProvider.NotFound(id);
}
