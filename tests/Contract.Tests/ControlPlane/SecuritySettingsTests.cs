using Koda.Server.Hosting;
using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;
using static Koda.Contract.Tests.ControlPlane.OwnerCalls;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>What a server refuses to start with, and what production changes.</summary>
public sealed class SecuritySettingsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public void The_environment_says_it_all()
    {
        var variables = new Dictionary<string, string>
        {
            ["CONTROL_PLANE_API_TOKEN"] = "one, two",
            ["RUNTIME_LOCAL_UI_TOKEN"] = "three",
            ["ALLOW_LOOPBACK_BOOTSTRAP"] = "true",
            ["CONTROL_PLANE_RATE_LIMIT"] = "240/60s",
            ["KODA_TRUSTED_PROXIES"] = "10.0.0.0/8,127.0.0.1",
            ["KODA_ALLOWED_ORIGINS"] = "https://app.example, http://127.0.0.1:3000",
            ["KODA_ENVIRONMENT"] = "Production",
            ["CONTROL_PLANE_SECURE_COOKIES"] = "false",
        };

        var security = ServerSecurity.FromEnvironment(variables.GetValueOrDefault);

        Assert.Equal(["one", "two"], security.BreakGlassTokens);
        Assert.Equal(["10.0.0.0/8", "127.0.0.1"], security.TrustedProxies);
        Assert.Equal(["https://app.example", "http://127.0.0.1:3000"], security.AllowedOrigins);
        Assert.Equal(("three", "240/60s", "local_account"), (security.RuntimeToken, security.RateLimit, security.AuthMode));
        Assert.Equal((true, true, false), (security.AllowLoopbackBootstrap, security.Production, security.SecureCookies));
    }

    [Fact]
    public async Task Production_refuses_everything_that_is_not_safe_and_names_it_at_once()
    {
        var unsafeSettings = new ServerSecurity
        {
            Production = true,
            AllowLoopbackBootstrap = true,
            SecureCookies = false,
            AuthMode = "open",
            BreakGlassTokens = ["short"],
            RuntimeToken = "short",
        };

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Start(unsafeSettings));

        Assert.All(
            [
                "ALLOW_LOOPBACK_BOOTSTRAP", "CONTROL_PLANE_SECURE_COOKIES", "CONTROL_PLANE_AUTH_MODE", "CONTROL_PLANE_API_TOKEN",
                "RUNTIME_LOCAL_UI_TOKEN",
            ],
            name => Assert.Contains(name, refused.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("development")]
    [InlineData("open")]
    public async Task Nobody_is_let_in_without_an_account_anywhere(string mode) =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Start(new ServerSecurity { AuthMode = mode }));

    [Fact]
    public async Task A_proxy_must_be_an_address_or_a_network() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Start(new ServerSecurity { TrustedProxies = ["everybody"] }));

    [Fact]
    public async Task In_production_and_over_TLS_the_cookie_goes_over_TLS_only()
    {
        await using var production = await Start(new ServerSecurity { Production = true, RateLimit = "off" });
        await production.EnsureOwner();
        await using var proxied = await Start(new ServerSecurity { RateLimit = "off", TrustedProxies = ["127.0.0.1"] });

        var first = await production.Anonymous().Post($"{Auth}/login", Credentials(Username, Password));
        var plain = await proxied.Anonymous().Post($"{Auth}/login", Credentials(Username, Password));
        var forwarded = await proxied
            .Anonymous()
            .Post($"{Auth}/login", Credentials(Username, Password), ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "https"));

        foreach (var name in new[] { "koda_operator_session", "koda_device" })
        {
            Assert.Contains("; secure", first.Cookie(name), StringComparison.Ordinal);
            Assert.DoesNotContain("; secure", plain.Cookie(name), StringComparison.Ordinal);
            Assert.Contains("; secure", forwarded.Cookie(name), StringComparison.Ordinal);
        }
    }

    private Task<KodaHost> Start(ServerSecurity security) =>
        KodaHost.Start(postgres.ConnectionString, options => options with { Security = security });
}
