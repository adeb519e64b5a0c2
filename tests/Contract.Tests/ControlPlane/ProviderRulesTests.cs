using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>What cannot be connected, on a server that allows no private host.</summary>
public sealed class ProviderRulesTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private const string Providers = "/api/control-plane/providers";

    private RestClient Rest => koda.Host.Rest;

    [Theory]
    [InlineData("openai")]
    [InlineData("groq")]
    [InlineData("offline")]
    public async Task A_local_endpoint_is_for_ollama_and_claude_only(string provider) =>
        (await Rest.Put($"{Providers}/{provider}/connection/local", "{}")).IsRefused(400, "provider.auth_mode_unsupported");

    [Theory]
    [InlineData("api-key", "http://localhost:8000/v1")]
    [InlineData("api-key", "http://sub.localhost/v1")]
    [InlineData("api-key", "http://127.0.0.1:8000/v1")]
    [InlineData("api-key", "http://[::1]:8000/v1")]
    [InlineData("api-key", "http://10.1.2.3/v1")]
    [InlineData("api-key", "http://169.254.169.254/v1")]
    [InlineData("api-key", "http://[::ffff:169.254.169.254]/v1")]
    [InlineData("api-key", "http://[::ffff:127.0.0.1]/v1")]
    [InlineData("api-key", "http://2130706433/v1")]
    [InlineData("api-key", "http://0x7f.1/v1")]
    [InlineData("local", "http://169.254.169.254")]
    [InlineData("local", "http://[fd00:ec2::254]")]
    [InlineData("local", "http://[64:ff9b::a9fe:a9fe]")]
    public async Task Addresses_that_may_not_be_asked_cannot_be_saved(string mode, string url)
    {
        var provider = mode == "local" ? "ollama" : "openai";
        (await Rest.Put($"{Providers}/{provider}/connection/{mode}", $$"""{"api_key":"sk-0123456789","base_url":"{{url}}"}""")).IsRefused(
            400, "provider.address_refused");
    }

    [Fact]
    public async Task Models_of_a_provider_that_cannot_be_asked_are_refused_with_the_reason()
    {
        (await Rest.Post($"{Providers}/nobody/models/refresh")).IsRefused(404, "provider.not_found");
        (await Rest.Get($"{Providers}/mistral/models")).IsRefused(409, "provider.not_configured");
        await Rest.Put($"{Providers}/ollama/connection/local", """{"base_url":"http://127.0.0.1:1"}""");
        Assert.Equal(
            "provider.unavailable",
            (await Rest.Post($"{Providers}/ollama/models/refresh")).IsRefused(502, "provider.unavailable").At("provider_code"));
    }

    [Fact]
    public async Task All_faults_of_a_connection_are_named_at_once()
    {
        var refused = await Rest.Put(
            $"{Providers}/agent-x/connection/api-key",
            """{"api_key":"two words","base_url":"ftp://x","kind":"telepathy"}"""
        );
        refused.IsRefused(400, "request.invalid").BlamesFields("api_key", "base_url", "kind", "provider_id");
        (await Rest.Put($"{Providers}/openai/connection/api-key", "{}")).IsRefused(400, "request.invalid").BlamesFields("api_key");
        (await Rest.Put($"{Providers}/mine/connection/api-key", """{"api_key":"sk-0123456789"}"""))
            .IsRefused(400, "request.invalid")
            .BlamesFields("base_url");
    }

    [Fact]
    public async Task Unknown_providers_connections_and_integrations_are_told_apart()
    {
        (await Rest.Get($"{Providers}/nobody/connection")).IsRefused(404, "provider.not_found");
        (await Rest.Get("/api/control-plane/connections/defaults/core:nobody")).IsRefused(404, "connection.not_found");
        (await Rest.Get("/api/control-plane/connections/defaults/mcp:files")).IsRefused(400, "connection.key_unsupported");
        (await Rest.Get("/api/control-plane/integrations/nobody/health")).IsRefused(404, "integration.not_found");
        (await Rest.Put("/api/control-plane/connections/defaults/core:groq", """{"for_agents":true}""")).IsRefused(
            404, "connection.not_found");
        (await Rest.Get("/api/control-plane/models?cursor=nonsense!")).IsRefused(400, "cursor.invalid");
    }

    [Fact]
    public async Task The_catalogue_and_the_defaults_say_what_agents_use()
    {
        var catalogue = await Rest.Get("/api/control-plane/connections/catalog");
        Assert.Equal("always_ask", catalogue.Json.At("governance", "default_policy"));
        Assert.Contains(catalogue.Json["items"]!.AsArray(), item =>
            item!.At("connection_key") == "core:gemini" && item!.At("status") == "not_configured");
        Assert.Equal("core:offline", (await Rest.Get("/api/control-plane/connections/defaults")).Json.At("agents", "connection_key"));

        var set = await Rest.Put(
            "/api/control-plane/connections/defaults/core:codex",
            """{"auth_method":"api_key","api_key":"sk-0123456789","model":"gpt-5","for_agents":true}"""
        );
        Assert.True(set.Status == 200, set.Text);
        Assert.Equal(("core:openai", "True"), (set["connection_key"], set.Json["for_agents"]!.GetValue<bool>().ToString()));
        await Rest.Put("/api/control-plane/connections/defaults/core:claude", """{"auth_method":"api_key","api_key":"sk-0123456789"}""");
        var agents = (await Rest.Get("/api/control-plane/connections/defaults")).Json["agents"]!;
        Assert.Equal(("core:openai", "gpt-5", "true"), (agents.At("connection_key"), agents.At("model"), agents.At("chosen")));

        await Rest.Put("/api/control-plane/connections/defaults/core:claude", """{"for_agents":true}""");
        Assert.Equal("core:anthropic", (await Rest.Get("/api/control-plane/connections/defaults")).Json.At("agents", "connection_key"));
        foreach (var key in new[] { "core:claude", "core:openai" })
            Assert.Equal(
                200, (await Rest.Send(new HttpRequestMessage(HttpMethod.Delete, $"/api/control-plane/connections/defaults/{key}"))).Status);
        (await Rest.Get("/api/control-plane/connections/defaults/core:openai")).IsRefused(404, "connection.not_found");
    }
}
