using System.Globalization;
using Koda.Protos.Common.V1;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Providers;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Attempts;

/// <summary>
/// Lets a worker have the connection of an attempt that it holds, or one that the attempt's turn may fall back to, and no other.
/// </summary>
internal sealed class OpenAttemptProvider(
    Database database,
    AttemptAccess attempts,
    AgentCatalog agents,
    AgentProviders providers,
    OpenProvider open,
    ModelStore models,
    CooldownStore cooldowns,
    LimitStore limits)
{
    /// <param name="key">The attempt.</param>
    /// <param name="connection">The connection of a fallback. Empty: the attempt's own.</param>
    /// <param name="model">The model that is about to be asked at a fallback's connection.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">ATTEMPT_LOST, PROVIDER_NOT_FOUND, PROVIDER_CREDENTIAL_INVALID; PERMISSION_DENIED: the turn names
    /// no such connection.</exception>
    public async Task<AttemptProvider> Execute(AttemptKey key, string connection, string model, CancellationToken cancellationToken)
    {
        var attempt = await attempts.Find(key, cancellationToken);
        var definition = await agents.Definition(attempt.AgentId, attempt.AgentVersion, cancellationToken);
        return connection.Length == 0
            ? await Own(attempt, definition, cancellationToken)
            : await Fallback(attempt, definition, ProviderCatalogue.Canonical(connection), model, cancellationToken);
    }

    private async Task<AttemptProvider> Own(OpenAttempt attempt, AgentDefinition definition, CancellationToken cancellationToken)
    {
        var provider = await providers.Resolve(database, attempt.AgentId, definition, attempt.Context.Provider, cancellationToken);
        var model =
            attempt.Context.Model.Length > 0 ? attempt.Context.Model
            : definition.Model.Length > 0 ? definition.Model
            : provider.DefaultModel;
        return new AttemptProvider(await open.Access(provider.Id, cancellationToken))
        {
            Models = await models.Find(provider.Id, [model, .. FallbacksAt("", attempt)], cancellationToken),
        };
    }

    private async Task<AttemptProvider> Fallback(
        OpenAttempt attempt, AgentDefinition definition, string connection, string model, CancellationToken cancellationToken)
    {
        var named = FallbacksAt(connection, attempt);
        if (named.Length == 0)
            throw new EngineException(
                ErrorReason.PermissionDenied, $"The attempt is no turn that may fall back to the connection '{connection}'.");
        var provider = await providers.Fallback(database, connection, cancellationToken);
        return new AttemptProvider(await open.Access(provider.Id, cancellationToken))
        {
            Options = AgentProviders.Options(provider, definition),
            Models = await models.Find(provider.Id, named, cancellationToken),
            Closed = await Closed(provider.Id, model, cancellationToken),
        };
    }

    private static string[] FallbacksAt(string connection, OpenAttempt attempt) =>
        [
            .. (attempt.Context.Turn?.Fallbacks ?? [])
                .Where(fallback => fallback.Connection == connection)
                .Select(fallback => fallback.Model),
        ];

    // A task that was queued for the connection would wait. One that falls back to it has others to ask.
    private async Task<string> Closed(string connection, string model, CancellationToken cancellationToken)
    {
        var pause = (await cooldowns.List(connection, cancellationToken))
            .Where(cooldown => cooldown.Model == "" || cooldown.Model == model)
            .MaxBy(cooldown => cooldown.Until);
        if (pause is not null)
            return string.Create(CultureInfo.InvariantCulture, $"'{connection}' asked to be left alone until {pause.Until:HH:mm:ss} UTC.");
        var isFull = (await limits.List(connection, cancellationToken)).Any(limit =>
            (limit.Model == "" || limit.Model == model) && limit.Running >= limit.MaxConcurrent);
        return isFull ? $"'{connection}' is used by as many tasks as it may be." : "";
    }
}
