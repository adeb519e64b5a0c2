using System.Text.RegularExpressions;

namespace Koda.Server.Engine.Providers;

/// <summary>
/// The model providers that Koda knows. Any other address that speaks one of the wires is a connection with an id of its own.
/// </summary>
/// <remarks>Source: the API references that the entries link to, read on 2026-11-20.</remarks>
internal static partial class ProviderCatalogue
{
    /// <summary>The connection that needs no key and no network.</summary>
    public const string Offline = "offline";

    /// <summary>How the ids of connections begin that belong to one agent.</summary>
    public const string AgentPrefix = "agent-";

    public static readonly IReadOnlyList<CatalogueEntry> All =
    [
        new(
            "anthropic",
            "Anthropic",
            ProviderKind.Anthropic,
            "https://api.anthropic.com",
            "https://platform.claude.com/docs/en/api/overview"
        )
        {
            Alias = "claude",
            KeyVariable = "ANTHROPIC_API_KEY",
            UrlVariable = "ANTHROPIC_BASE_URL",
            SupportsLocal = true,
            UsualModels =
                ["claude-sonnet-5-5", "claude-sonnet-5", "claude-sonnet-4-6", "claude-sonnet-4-5", "claude-sonnet-4", "claude-haiku-4-5"],
        },
        new("openai", "OpenAI", ProviderKind.OpenAi, "https://api.openai.com/v1", "https://developers.openai.com/api/docs")
        {
            Alias = "codex", KeyVariable = "OPENAI_API_KEY", UrlVariable = "OPENAI_BASE_URL",
            UsualModels = ["gpt-6-sol", "gpt-5.4", "gpt-5.2", "gpt-5.1", "gpt-5", "gpt-4.1", "gpt-4o"],
        },
        new(
            "openrouter",
            "OpenRouter",
            ProviderKind.OpenAi,
            "https://openrouter.ai/api/v1",
            "https://openrouter.ai/docs/api-reference/overview"
        )
        {
            // Its list of models needs no key, so it says nothing of one.
            KeyVariable = "OPENROUTER_API_KEY",
            AccountPath = "key",
            UsualModels =
            [
                "anthropic/claude-sonnet-5.5", "anthropic/claude-sonnet-5", "anthropic/claude-sonnet-4.5", "anthropic/claude-sonnet-4",
                "openai/gpt-5", "openai/gpt-4.1",
            ],
        },
        new("groq", "Groq", ProviderKind.OpenAi, "https://api.groq.com/openai/v1", "https://console.groq.com/docs/api-reference")
        {
            KeyVariable = "GROQ_API_KEY", UsualModels = ["openai/gpt-oss-120b", "moonshotai/kimi-k2-instruct", "llama-3.3-70b-versatile"],
        },
        new("mistral", "Mistral", ProviderKind.OpenAi, "https://api.mistral.ai/v1", "https://docs.mistral.ai/api")
        {
            KeyVariable = "MISTRAL_API_KEY", UsualModels = ["devstral-medium-latest", "mistral-medium-latest", "mistral-large-latest"],
        },
        new("deepseek", "DeepSeek", ProviderKind.OpenAi, "https://api.deepseek.com/v1", "https://api-docs.deepseek.com")
        {
            KeyVariable = "DEEPSEEK_API_KEY", UsualModels = ["deepseek-chat"],
        },
        new("xai", "xAI", ProviderKind.OpenAi, "https://api.x.ai/v1", "https://docs.x.ai/docs/api-reference")
        {
            KeyVariable = "XAI_API_KEY", AccountPath = "api-key",
            UsualModels = ["grok-code-fast-1", "grok-4", "grok-3"],
        },
        new(
            "gemini",
            "Google Gemini",
            ProviderKind.OpenAi,
            "https://generativelanguage.googleapis.com/v1beta/openai",
            "https://ai.google.dev/gemini-api/docs/openai"
        )
        {
            KeyVariable = "GEMINI_API_KEY", UsualModels = ["gemini-3-pro", "gemini-2.5-pro", "gemini-2.5-flash"],
        },
        new("ollama", "Ollama", ProviderKind.Ollama, "http://127.0.0.1:11434", "https://docs.ollama.com/api")
        {
            UrlVariable = "OLLAMA_HOST", SupportsLocal = true,
        },
        new(Offline, "Offline", ProviderKind.Offline, "", "") { NeedsKey = false },
    ];

    private static readonly Dictionary<string, CatalogueEntry> s_byName = All
        .SelectMany(entry => entry.Alias.Length == 0 ? [(entry.Id, entry)] : new[] { (entry.Id, entry), (entry.Alias, entry) })
        .ToDictionary(named => named.Item1, named => named.entry, StringComparer.OrdinalIgnoreCase);

    /// <summary>The entry of an id or alias; null when the catalogue has none.</summary>
    public static CatalogueEntry? Find(string id) => s_byName.GetValueOrDefault(id);

    /// <summary>The one id under which a connection is stored, whichever of its names is used.</summary>
    public static string Canonical(string id) => Find(id)?.Id ?? id;

    /// <summary>The stored address, or else the provider's own.</summary>
    public static string BaseUrl(string id, string stored) => stored.Length > 0 ? stored : Find(id)?.BaseUrl ?? "";

    /// <summary>Whether people may give a connection of their own this id.</summary>
    public static bool IsOwnId(string id) => OwnId().IsMatch(id) && !id.StartsWith(AgentPrefix, StringComparison.Ordinal);

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex OwnId();
}
