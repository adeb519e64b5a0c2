using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

/// <summary>Takes over the connections that the environment of the server names, so that a machine with a key needs no set-up.</summary>
internal sealed class ImportProviders(Database database, SaveProvider save)
{
    /// <summary>The connection that needs no key and no network.</summary>
    public const string Offline = "offline";

    /// <summary>Used, in this order, by agents that name no provider.</summary>
    public static readonly IReadOnlyList<string> DefaultOrder = ["anthropic", "openai", "ollama", Offline];

    /// <param name="variable">Reads a variable of the environment.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task Execute(Func<string, string?> variable, CancellationToken cancellationToken) => database.InTransaction(
        async (transaction, token) =>
        {
            foreach (var (id, access) in Named(variable))
                await save.Execute(transaction, id, access, "{}", token);
        },
        cancellationToken);

    internal static IEnumerable<(string Id, ProviderAccess Access)> Named(Func<string, string?> variable)
    {
        if (variable("ANTHROPIC_API_KEY") is { Length: > 0 } anthropic)
            yield return ("anthropic", new ProviderAccess("anthropic", variable("ANTHROPIC_BASE_URL") ?? "", anthropic));
        if (variable("OPENAI_API_KEY") is { Length: > 0 } openai)
            yield return ("openai", new ProviderAccess("openai", variable("OPENAI_BASE_URL") ?? "", openai));
        if (variable("OLLAMA_HOST") is { Length: > 0 } ollama)
            yield return ("ollama", new ProviderAccess("ollama", ollama.Contains("://", StringComparison.Ordinal) ? ollama : $"http://{ollama}", ""));
        yield return (Offline, new ProviderAccess(Offline, "", ""));
    }
}
