using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Http;

namespace Koda.Server.Engine.Providers;

/// <summary>What is asked for when a connection is saved. Null: as it is.</summary>
internal sealed record ConnectRequest(string ProviderId, AuthMode AuthMode)
{
    /// <summary>Empty: the stored one.</summary>
    public string ApiKey { get; init; } = "";

    public bool ClearApiKey { get; init; }
    public string? BaseUrl { get; init; }

    /// <summary>The wire of a connection of a person's own.</summary>
    public string? Kind { get; init; }

    /// <summary>The model of agents that name none.</summary>
    public string? DefaultModel { get; init; }

    /// <summary>How many tokens its models read. 0: nobody knows.</summary>
    public long? ContextTokens { get; init; }

    public bool VerifyAfterSave { get; init; }

    /// <summary>It is built in, and needs no connection.</summary>
    public bool IsOffline => ProviderCatalogue.Canonical(ProviderId) == ProviderCatalogue.Offline;
}

/// <summary>What a connection must keep to.</summary>
internal static class ConnectRules
{
    private const int LongestKey = 4096;
    private const int LongestModel = 256;
    private const long LargestContext = 100_000_000;

    /// <summary>Checks a request against what is stored, and makes of it what is to be stored.</summary>
    /// <exception cref="EngineException">INVALID_REQUEST with all problems, PROVIDER_AUTH_MODE_UNSUPPORTED,
    /// PROVIDER_ADDRESS_REFUSED.</exception>
    public static SavedConnection Check(ConnectRequest request, ConnectionRecord? stored, GuardedHttp http)
    {
        var id = ProviderCatalogue.Canonical(request.ProviderId);
        var entry = ProviderCatalogue.Find(id);
        var kind = entry?.Kind.Text() ?? request.Kind ?? stored?.Kind ?? "openai";
        var problems = new Dictionary<string, string>();
        if (entry is null)
            CheckOwn(id, kind, problems);
        else if (request.Kind is { } asked && asked != kind)
            problems["kind"] = $"is {kind} for {id}";
        var url = (request.BaseUrl ?? stored?.StoredUrl ?? "").Trim();
        CheckUrl(url, entry, request.AuthMode, problems);
        CheckKey(request, stored, entry, url, problems);
        if (request.DefaultModel?.Length > LongestModel)
            problems["default_model"] = $"must have at most {LongestModel} characters";
        if (request.ContextTokens is < 0 or > LargestContext)
            problems["context_tokens"] = $"must be at most {LargestContext}, and 0 where nobody knows";
        if (problems.Count > 0)
            throw new EngineException(
                ErrorReason.InvalidRequest, $"The connection of provider '{id}' has {problems.Count} fault(s).", problems);
        RefuseMode(id, request.AuthMode, entry);
        RefuseAddress(url, request.AuthMode, http);
        return new SavedConnection(id, new ProviderAccess(kind, url, request.ApiKey.Trim()), ModeOf(request, stored, entry), "api")
        {
            ClearKey = request.ClearApiKey || request.AuthMode == AuthMode.Local && request.ApiKey.Length == 0,
            DefaultModel = request.DefaultModel,
            Options = ConnectionOptions.Of(request.ContextTokens ?? stored?.ContextTokens ?? 0),
        };
    }

    private static void CheckOwn(string id, string kind, Dictionary<string, string> problems)
    {
        if (!ProviderCatalogue.IsOwnId(id))
            problems["provider_id"] =
                "must be a provider of the catalogue, or 1 to 63 lower-case letters, digits and dashes that do not begin with 'agent-'";
        if (!ProviderKinds.Connectable.Contains(kind))
            problems["kind"] = $"must be one of {string.Join(", ", ProviderKinds.Connectable)}";
    }

    private static void CheckUrl(string url, CatalogueEntry? entry, AuthMode mode, Dictionary<string, string> problems)
    {
        if (url.Length == 0)
        {
            if (entry is null)
                problems["base_url"] = "is needed for a connection of your own";
            else if (mode == AuthMode.Local && entry.Kind != ProviderKind.Ollama && entry.SupportsLocal)
                problems["base_url"] = "is needed for a local endpoint";
            return;
        }
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https")
            || address.UserInfo.Length > 0
            || address.Query.Length > 0
            || address.Fragment.Length > 0
            || url.Length > 2048)
            problems["base_url"] = "must be an absolute http or https URL without credentials, query or fragment";
        else if (entry?.Kind == ProviderKind.Offline)
            problems["base_url"] = "has no meaning for what is built in";
    }

    private static void CheckKey(
        ConnectRequest request, ConnectionRecord? stored, CatalogueEntry? entry, string url, Dictionary<string, string> problems)
    {
        var key = request.ApiKey.Trim();
        if (key.Length > LongestKey || key.Any(c => c is < '!' or > '~'))
            problems["api_key"] = $"must have at most {LongestKey} visible ASCII characters";
        else if (key.Length > 0 && request.ClearApiKey)
            problems["clear_api_key"] = "contradicts api_key";
        else if (request.AuthMode == AuthMode.ApiKey
            && key.Length == 0
            && !request.ClearApiKey
            && entry is { NeedsKey: true }
            && stored is not { HasKey: true })
            problems["api_key"] = "is needed, because none is stored";
        else if (key.Length == 0
            && !request.ClearApiKey
            && request.AuthMode == AuthMode.ApiKey
            && stored is { HasKey: true }
            && !SameServer(stored, entry, url))
            // Else whoever may change the address could have the key sent to himself.
            problems["api_key"] = "must be given again when the base URL names another server: a stored key is never sent elsewhere";
    }

    private static bool SameServer(ConnectionRecord stored, CatalogueEntry? entry, string url)
    {
        var now = url.Length > 0 ? url : entry?.BaseUrl ?? "";
        return Uri.TryCreate(now, UriKind.Absolute, out var address) && Uri.TryCreate(stored.BaseUrl, UriKind.Absolute, out var before)
            && Uri.Compare(address, before, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
    }

    private static void RefuseMode(string id, AuthMode mode, CatalogueEntry? entry)
    {
        var supported = mode == AuthMode.Local ? entry?.SupportsLocal ?? true : entry?.NeedsKey ?? true;
        if (supported)
            return;
        throw new EngineException(
            ErrorReason.ProviderAuthModeUnsupported,
            mode == AuthMode.Local
                ? $"Provider '{id}' has no local endpoint; ollama, claude and connections of your own have one."
                : $"Provider '{id}' is built in and takes no key.",
            new Dictionary<string, string> { ["auth_mode"] = EnumText<AuthMode>.Of(mode) });
    }

    private static void RefuseAddress(string url, AuthMode mode, GuardedHttp http)
    {
        if (url.Length > 0 && !http.MayAsk(new Uri(url), allowPrivate: mode == AuthMode.Local))
        {
            throw new EngineException(
                ErrorReason.ProviderAddressRefused,
                $"{new Uri(url).Host} is a loopback, private or metadata address.",
                new Dictionary<string, string> { ["base_url"] = url });
        }
    }

    // A compatible server of one's own often wants no key.
    private static AuthMode ModeOf(ConnectRequest request, ConnectionRecord? stored, CatalogueEntry? entry)
    {
        if (request.AuthMode == AuthMode.Local || entry is not null)
            return request.AuthMode;
        var hasKey = request.ApiKey.Length > 0 || (stored is { HasKey: true } && !request.ClearApiKey);
        return hasKey ? AuthMode.ApiKey : AuthMode.None;
    }
}
