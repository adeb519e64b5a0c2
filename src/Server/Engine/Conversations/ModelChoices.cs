using Koda.Server.Engine.Providers;

namespace Koda.Server.Engine.Conversations;

/// <summary>Finds the connection and the model that a person means by an id of the model list.</summary>
internal sealed class ModelChoices(OpenProvider providers, ModelStore models)
{
    private const int Most = 10_000;

    /// <summary>
    /// The choice behind <c>connection/model</c>, or behind a model's id that one connection lists. A connection whose models are not listed takes any name.
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
    public async Task<ModelFacts?> Facts(string providerId, string model, CancellationToken cancellationToken) =>
        (await models.List(providerId, "", "", Most, cancellationToken)).FirstOrDefault(known => known.Facts.Id == model)?.Facts;
}
