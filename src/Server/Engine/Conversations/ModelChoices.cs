using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>Finds the connection and the model that a person means by an id of the model list.</summary>
internal sealed class ModelChoices(OpenProvider providers, ModelStore models)
{
    private const int Most = 10_000;

    /// <summary>
    /// The choice behind <c>connection/model</c>, or behind a model's id that one connection lists. A connection whose models are not
    /// listed takes any name.
    /// </summary>
    /// <param name="id">What the person gave. Empty: no choice.</param>
    /// <param name="faults">Gets a fault for <c>model_id</c> when there is no such model.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ModelChoice> Find(string id, Dictionary<string, string> faults, CancellationToken cancellationToken)
    {
        if (id.Length == 0)
            return ModelChoice.None;
        var listed = await models.List("", "", "", Most, cancellationToken);
        var slash = id.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && await providers.Find(id[..slash], cancellationToken) is { } provider)
        {
            var name = id[(slash + 1)..];
            var known = listed.Where(model => model.ProviderId == provider.Id).ToList();
            if (name.Length > 0 && (known.Count == 0 || known.Any(model => model.Facts.Id == name)))
                return new ModelChoice(provider.Id, name);
            faults["model_id"] = $"connection '{provider.Id}' has no model '{name}'";
            return ModelChoice.None;
        }
        if (listed.FirstOrDefault(model => model.Facts.Id == id) is { } match)
            return new ModelChoice(match.ProviderId, match.Facts.Id);
        faults["model_id"] = $"no connected provider has a model '{id}'";
        return ModelChoice.None;
    }

    /// <summary>What is known of a model; null when its provider does not say.</summary>
    public static async Task<ModelFacts?> Facts(IQueries queries, string providerId, string model, CancellationToken cancellationToken) =>
        (await ModelStore.Find(queries, providerId, [model], cancellationToken)).SingleOrDefault();

    /// <summary>
    /// The models behind names of fallbacks: <c>connection/model</c>, or the name of a model at the turn's own connection. Routers have
    /// names like the former too, so a connection counts only when it has the model or lists none. Another agent's own connection is nobody
    /// else's.
    /// </summary>
    public static async Task<IReadOnlyList<FallbackModel>> Fallbacks(
        IQueries queries, IReadOnlyList<string> names, ProviderRecord own, CancellationToken cancellationToken)
    {
        var found = new List<FallbackModel>();
        foreach (var name in names)
        {
            var (provider, model) = await Named(queries, name, cancellationToken) ?? (own, name);
            var facts = await Facts(queries, provider.Id, model, cancellationToken);
            found.Add(
                new FallbackModel(
                    provider.Id == own.Id ? "" : provider.Id, provider.Kind, model, facts?.ContextTokens ?? provider.ContextTokens));
        }
        return found;
    }

    private static async Task<(ProviderRecord Provider, string Model)?> Named(
        IQueries queries, string name, CancellationToken cancellationToken)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0
            || slash == name.Length - 1
            || await OpenProvider.Find(queries, name[..slash], cancellationToken) is not { } provider)
            return null;
        var model = name[(slash + 1)..];
        var isShared = !provider.Id.StartsWith(ProviderCatalogue.AgentPrefix, StringComparison.Ordinal);
        var isKnown = await Facts(queries, provider.Id, model, cancellationToken) is not null
            || (await ModelStore.List(queries, provider.Id, "", "", limit: 1, cancellationToken)).Count == 0;
        return isShared && isKnown ? (provider, model) : null;
    }
}
