using Koda.Protos.Common.V1;
using Koda.Server.Engine.Providers;

namespace Koda.Server.Engine.Connections;

/// <summary>How integrations are named: <c>core:ID</c> for those that are built in. Model providers are the ones there are.</summary>
internal static class ConnectionKey
{
    private const string Core = "core:";

    /// <summary>The key of a provider's connection.</summary>
    public static string Of(string providerId) => Core + providerId;

    /// <summary>The provider that a key of a default names.</summary>
    /// <exception cref="EngineException">CONNECTION_KEY_UNSUPPORTED: it is of another kind, which has no defaults.</exception>
    public static string Provider(string key) => key.StartsWith(Core, StringComparison.OrdinalIgnoreCase)
        ? ProviderCatalogue.Canonical(key[Core.Length..])
        : throw new EngineException(
            ErrorReason.ConnectionKeyUnsupported,
            $"'{key}' has no default connection; only core:<id> has one.",
            new Dictionary<string, string> { ["connection_key"] = key });

    /// <summary>The provider that an integration's id names, with or without its kind.</summary>
    public static string Integration(string id) =>
        ProviderCatalogue.Canonical(id.StartsWith(Core, StringComparison.OrdinalIgnoreCase) ? id[Core.Length..] : id);
}
