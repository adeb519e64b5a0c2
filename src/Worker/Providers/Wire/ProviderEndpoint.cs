using System.Collections.Frozen;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Koda.Worker.Providers.Wire;

/// <summary>Where a provider is, and how to talk to it.</summary>
internal sealed record ProviderEndpoint
{
    /// <summary>Options that are about the connection, and never sent.</summary>
    public static readonly FrozenSet<string> OwnOptions = ["allow_private_network", "context_tokens", "idle_timeout_seconds", "tool_calls"];

    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(15);
    private static readonly OutgoingConnections s_public = new(allowLocal: false);

    // Shared, so that connections are kept; never disposed of.
    private static readonly Lazy<SocketsHttpHandler> s_publicHandler = new(() => s_public.CreateHandler(s_connectTimeout));
    private static readonly Lazy<SocketsHttpHandler> s_localHandler = new(() =>
        new OutgoingConnections(allowLocal: true).CreateHandler(s_connectTimeout));

    public required Uri BaseUrl { get; init; }

    /// <summary>Which API is spoken.</summary>
    public required string Kind { get; init; }

    /// <summary>The credential. Null or empty: none is sent.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Puts the credential into a request.</summary>
    public required Action<HttpRequestHeaders, string> Authorize { get; init; }

    /// <summary>How long the provider may be silent.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether its models call tools by text, because they do not know any and do not say so.</summary>
    public bool CallsByText { get; init; }

    /// <summary>What the agent's definition adds to every request.</summary>
    public JsonObject Defaults { get; init; } = [];

    /// <summary>What tells a model's answers from those of every other: see <see cref="ModelMessage.Origin"/>.</summary>
    public string OriginOf(string model) => $"{Kind} {BaseUrl.Authority} {model}";

    /// <summary>Takes the options that are about the connection; the others go into the requests.</summary>
    /// <exception cref="ProviderException">An option has a value of the wrong type.</exception>
    public ProviderEndpoint With(JsonObject? options)
    {
        if (options is null)
            return this;
        var defaults = (JsonObject)options.DeepClone();
        foreach (var name in OwnOptions)
            defaults.Remove(name);
        return this with
        {
            Defaults = defaults,
            CallsByText = options["tool_calls"] switch
            {
                null => false,
                JsonValue value when value.TryGetValue(out string? how) && how is "text" or "native" => how == "text",
                _ => throw new ProviderException(
                    ProviderErrorCode.InvalidRequest, "The provider option tool_calls must be \"native\" or \"text\".", retryable: false),
            },
            IdleLimit = options["idle_timeout_seconds"] is { } seconds
                ? TimeSpan.FromSeconds(PositiveNumber("idle_timeout_seconds", seconds))
                : IdleLimit,
        };
    }

    /// <summary>The client of this endpoint, over the guarded connections unless another handler is given.</summary>
    public HttpClient CreateClient(HttpMessageHandler? handler, JsonObject? options)
    {
        var allowPrivate = Flag("allow_private_network", options?["allow_private_network"]) || s_public.NamesLocalMachine(BaseUrl);
        handler ??= (allowPrivate ? s_localHandler : s_publicHandler).Value;
        return new HttpClient(new ProviderHttpHandler(handler, this), disposeHandler: false)
        {
            BaseAddress = BaseUrl,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    private static double PositiveNumber(string name, JsonNode node) =>
        node.GetValueKind() == JsonValueKind.Number && node.Deserialize<double>() is > 0 and <= 86_400 and var number
            ? number
            : throw new ProviderException(
                ProviderErrorCode.InvalidRequest,
                $"The provider option {name} must be a number of seconds, more than 0 and at most 86400.",
                retryable: false);

    private static bool Flag(string name, JsonNode? node) =>
        node switch
        {
            null => false,
            JsonValue value when value.TryGetValue(out bool flag) => flag,
            _ => throw new ProviderException(
                ProviderErrorCode.InvalidRequest,
                $"The provider option {name} must be true or false.",
                retryable: false),
        };
}
