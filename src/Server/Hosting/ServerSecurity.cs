using Koda.Server.Engine.RateLimits;

namespace Koda.Server.Hosting;

/// <summary>Who is let in, and from where. The defaults are the safe ones.</summary>
public sealed record ServerSecurity
{
    // Anybody can try a signing key or a configured token offline or for ever; 32 characters are beyond that.
    private const int MinProductionSecret = 32;

    /// <summary>`CONTROL_PLANE_API_TOKEN`: tokens that act as the owner when no session can be had.</summary>
    public IReadOnlyList<string> BreakGlassTokens { get; init; } = [];

    /// <summary>`RUNTIME_LOCAL_UI_TOKEN`: reaches the runtime API, as it is or as the key of signed tokens.</summary>
    public string? RuntimeToken { get; init; }

    /// <summary>`ALLOW_LOOPBACK_BOOTSTRAP`: lets a caller on this machine register the owner without a setup code.</summary>
    public bool AllowLoopbackBootstrap { get; init; }

    /// <summary>
    /// `KODA_CODE_ANONYMOUS_LOOPBACK`: lets programs on this machine use coding sessions without a credential, while the server is bound to
    /// loopback.
    /// </summary>
    public bool AnonymousLoopback { get; init; } = true;

    /// <summary>`CONTROL_PLANE_AUTH_MODE`: how people sign in. There is `local_account`.</summary>
    public string AuthMode { get; init; } = LocalAccount;

    /// <summary>
    /// `CONTROL_PLANE_SECURE_COOKIES`: true sends cookies over TLS only; false never marks them so. Null: over TLS when the call came so.
    /// </summary>
    public bool? SecureCookies { get; init; }

    /// <summary>
    /// `CONTROL_PLANE_RATE_LIMIT`: other budgets than the documented ones, such as `240/60s,login=10/300s,profile=off`; the one without a
    /// name is that of all calls without a bucket of their own. `off`: no limits. Null: the documented ones.
    /// </summary>
    public string? RateLimit { get; init; }

    /// <summary>`KODA_TRUSTED_PROXIES`: addresses and networks of proxies that say truly for whom they call.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>
    /// `KODA_ALLOWED_ORIGINS`: web origins, such as `https://app.example`, whose pages may call with a token of their own by REST, feeds
    /// and gRPC-Web. Cookies are never among it.
    /// </summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>`KODA_ENVIRONMENT=production`: refuses to start with settings that are not safe on a network.</summary>
    public bool Production { get; init; }

    internal const string LocalAccount = "local_account";

    /// <summary>Reads the settings from environment variables.</summary>
    public static ServerSecurity FromEnvironment(Func<string, string?> read) => new()
    {
        BreakGlassTokens = List(read("CONTROL_PLANE_API_TOKEN")),
        RuntimeToken = NonEmpty(read("RUNTIME_LOCAL_UI_TOKEN")),
        AllowLoopbackBootstrap = IsTrue(read("ALLOW_LOOPBACK_BOOTSTRAP")),
        AnonymousLoopback = NonEmpty(read("KODA_CODE_ANONYMOUS_LOOPBACK")) is not { } anonymous || IsTrue(anonymous),
        AuthMode = NonEmpty(read("CONTROL_PLANE_AUTH_MODE")) ?? LocalAccount,
        SecureCookies = NonEmpty(read("CONTROL_PLANE_SECURE_COOKIES")) is { } secure ? IsTrue(secure) : null,
        RateLimit = NonEmpty(read("CONTROL_PLANE_RATE_LIMIT")),
        TrustedProxies = List(read("KODA_TRUSTED_PROXIES")),
        AllowedOrigins = List(read("KODA_ALLOWED_ORIGINS")),
        Production = string.Equals(NonEmpty(read("KODA_ENVIRONMENT")), "production", StringComparison.OrdinalIgnoreCase),
    };

    /// <exception cref="InvalidOperationException">A setting is unknown, or not safe in production; the message names all of
    /// them.</exception>
    public void Check()
    {
        var faults = Production ? ProductionFaults().ToList() : [];
        if (AuthMode != LocalAccount)
            faults.Add($"CONTROL_PLANE_AUTH_MODE={AuthMode} would let everybody in; there is {LocalAccount} only");
        faults.AddRange(FormatFaults());
        if (faults.Count > 0)
            throw new InvalidOperationException($"The server does not start with these settings: {string.Join("; ", faults)}.");
    }

    internal bool CookiesAreAlwaysSecure => SecureCookies ?? Production;

    private IEnumerable<string> ProductionFaults()
    {
        if (AllowLoopbackBootstrap)
            yield return "ALLOW_LOOPBACK_BOOTSTRAP=true trusts everybody on this machine, and in production whoever reaches a proxy on it";
        if (SecureCookies == false)
            yield return "CONTROL_PLANE_SECURE_COOKIES=false sends sessions in the clear";
        if (BreakGlassTokens.Any(token => token.Length < MinProductionSecret))
            yield return $"CONTROL_PLANE_API_TOKEN holds a token of less than {MinProductionSecret} characters";
        if (RuntimeToken is { Length: < MinProductionSecret })
            yield return $"RUNTIME_LOCAL_UI_TOKEN has less than {MinProductionSecret} characters";
    }

    private IEnumerable<string> FormatFaults()
    {
        Action[] readings =
        [
            () => _ = RateLimitSettings.Parse(RateLimit, RateBuckets.All),
            () => _ = Hosting.TrustedProxies.Parse(TrustedProxies),
            () => _ = Hosting.AllowedOrigins.Parse(AllowedOrigins),
        ];
        foreach (var read in readings)
        {
            string? fault = null;
            try
            {
                read();
            }
            catch (FormatException malformed)
            {
                fault = malformed.Message;
            }

            if (fault is not null)
                yield return fault;
        }
    }

    private static string[] List(string? text) =>
        (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string? NonEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static bool IsTrue(string? text) => text?.Trim().ToLowerInvariant() is "true" or "1" or "yes";
}
