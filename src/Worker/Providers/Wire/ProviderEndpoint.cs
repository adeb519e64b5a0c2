using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Koda.Worker.Providers.Wire;

/// <summary>Where a provider is, and how to talk to it.</summary>
internal sealed record ProviderEndpoint
{
    private static readonly string[] s_ownOptions = ["allow_private_network", "idle_timeout_seconds"];
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(15);
    private static readonly OutgoingConnections s_public = new(allowLocal: false);

    // Shared, so that connections are kept; never disposed of.
    private static readonly Lazy<SocketsHttpHandler> s_publicHandler = new(() => s_public.CreateHandler(s_connectTimeout));
    private static readonly Lazy<SocketsHttpHandler> s_localHandler = new(() => new OutgoingConnections(allowLocal: true).CreateHandler(s_connectTimeout));

    public required Uri BaseUrl { get; init; }

    /// <summary>The credential. Null or empty: none is sent.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The media type of a streamed answer.</summary>
    public required string AnswerType { get; init; }

    /// <summary>Puts the credential into a request.</summary>
    public required Action<HttpRequestHeaders, string> Authorize { get; init; }

    /// <summary>How long the provider may be silent.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What the agent's definition adds to every request.</summary>
    public JsonObject Defaults { get; init; } = [];

    /// <summary>Takes the options that are about the connection; the others go into the requests.</summary>
    /// <exception cref="ProviderException">An option has a value of the wrong type.</exception>
    public ProviderEndpoint With(JsonObject? options)
    {
        if (options is null)
            return this;
        var defaults = (JsonObject)options.DeepClone();
        foreach (var name in s_ownOptions)
            defaults.Remove(name);
        return this with
        {
            Defaults = defaults,
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
                ProviderErrorCode.InvalidRequest, $"The provider option {name} must be a number of seconds, more than 0 and at most 86400.", retryable: false);

    private static bool Flag(string name, JsonNode? node) => node switch
    {
        null => false,
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        _ => throw new ProviderException(ProviderErrorCode.InvalidRequest, $"The provider option {name} must be true or false.", retryable: false),
    };
}
