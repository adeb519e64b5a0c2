using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

/// <summary>Takes over the connections that the environment of the server names, so that a machine with a key needs no set-up.</summary>
internal sealed class ImportProviders(Database database, OpenProvider open, SaveProvider save)
{
    /// <summary>The source of connections that a variable of the server's environment names.</summary>
    public const string Environment = "environment";

    /// <param name="variable">Reads a variable of the environment.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task Execute(Func<string, string?> variable, CancellationToken cancellationToken) => database.InTransaction(
        async (transaction, token) =>
        {
            foreach (var named in Named(variable))
            {
                if (IsNews(await ProviderStore.Lock(transaction, named.Id, token), named))
                    await save.Execute(transaction, named, token);
            }
        },
        cancellationToken);

    // What a person saved stands. What is the same as before stays verified.
    private bool IsNews(ProviderStore.Row? stored, SavedConnection named) =>
        stored is null
        || (stored.Source == Environment && (stored.BaseUrl != named.Access.BaseUrl || KeyOf(stored) != named.Access.ApiKey));

    // A key that was sealed with another master key is replaced by the one that the environment has.
    private string? KeyOf(ProviderStore.Row stored)
    {
        try
        {
            return open.Access(stored).ApiKey;
        }
        catch (EngineException failure) when (failure.Reason == ErrorReason.ProviderCredentialInvalid)
        {
            return null;
        }
    }

    internal static IEnumerable<SavedConnection> Named(Func<string, string?> variable)
    {
        foreach (var entry in ProviderCatalogue.All)
        {
            var key = entry.KeyVariable.Length > 0 ? variable(entry.KeyVariable) ?? "" : "";
            var url = entry.UrlVariable.Length > 0 ? variable(entry.UrlVariable) ?? "" : "";
            if (entry.Kind == ProviderKind.Offline)
                yield return new SavedConnection(entry.Id, new ProviderAccess(entry.Kind.Text(), "", ""), AuthMode.None, Environment);
            else if (key.Length > 0)
                yield return new SavedConnection(entry.Id, new ProviderAccess(entry.Kind.Text(), url, key), AuthMode.ApiKey, Environment);
            else if (entry.KeyVariable.Length == 0 && url.Length > 0)
                yield return new SavedConnection(
                    entry.Id, new ProviderAccess(entry.Kind.Text(), WithScheme(url), ""), AuthMode.Local, Environment);
        }
    }

    // Ollama reads the same variable as the address to listen on.
    private static string WithScheme(string url) =>
        (url.Contains("://", StringComparison.Ordinal) ? url : $"http://{url}").Replace(
            "//0.0.0.0",
            "//127.0.0.1",
            StringComparison.Ordinal);
}
