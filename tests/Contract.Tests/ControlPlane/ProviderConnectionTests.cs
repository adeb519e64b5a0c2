using Koda.Contract.Tests.Code;
using Koda.Contract.Tests.Journeys;
using Koda.Contract.Tests.Runtime;
using Koda.Server.Engine.Providers;
using Koda.Testing;
using Koda.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>Connecting model providers, over REST, against servers that are not ours and against exact wires.</summary>
public sealed class ProviderConnectionTests(PrivateKodaFixture koda) : IClassFixture<PrivateKodaFixture>
{
    private const string Providers = "/api/control-plane/providers";
    private const string Key = "sk-test-0123456789abcdef";

    private RestClient Rest => koda.Host.Rest;

    [Fact]
    public async Task A_saved_key_is_verified_and_an_agent_runs_by_that_connection()
    {
        using var aimock = await AimockServer.Start();
        var saved = await Put("openai", "api-key", $$"""{"api_key":"{{Key}}","base_url":"{{aimock.Url}}v1","default_model":"gpt-4o"}""");
        Assert.Equal(
            (200, "unverified", true), (saved.Status, saved["connection_status"], saved.Json["api_key_present"]!.GetValue<bool>()));

        var verified = await Rest.Post($"{Providers}/codex/connection/verify");
        Assert.Equal(
            (true, "model_list"),
            (verified.Json["verification"]!["verified"]!.GetValue<bool>(), verified.Json.At("verification", "checked_via")));
        Assert.True(verified.Json["verification"]!["model_count"]!.GetValue<int>() > 0, verified.Text);
        Assert.Equal("verified", verified.Json.At("connection", "connection_status"));

        var applied = await Rest.Put(
            "/api/control-plane/agents/connected",
            """{"provider":{"connection":"codex"},"system_prompt":"Be brief."}"""
        );
        Assert.True(applied.Status == 200, applied.Text);
        var ended = await koda.Host.Follow(await koda.Host.Submit("connected", "hello"));
        Assert.Equal("Hello from another server, é.", ended.At("output"));
    }

    [Theory]
    [InlineData("openai", "api-key", "v1", "gpt-4o", "model_list")]
    [InlineData("claude", "api-key", "", "claude-sonnet-4-5", "model_list")]
    [InlineData("claude", "local", "", "claude-sonnet-4-5", "model_list")]
    [InlineData("ollama", "local", "", "qwen3", "model_list")]
    [InlineData("my-own", "api-key", "v1", "gpt-4o", "model_list")]
    public async Task Each_wire_is_verified_by_its_list_and_by_one_token(
        string provider, string mode, string path, string model, string via)
    {
        using var aimock = await AimockServer.Start();
        var saved = await Put(provider, mode, $$"""{"api_key":"{{Key}}","base_url":"{{aimock.Url}}{{path}}"}""");
        Assert.True(saved.Status == 200, saved.Text);

        var listed = await Rest.Post($"{Providers}/{provider}/connection/verify");
        Assert.Equal(via, listed.Json.At("verification", "checked_via"));
        Assert.Equal("true", listed.Json.At("verification", "verified"));

        var asked = await Rest.Post($"{Providers}/{provider}/connection/verify", $$"""{"model":"{{model}}"}""");
        Assert.Equal(("message", "true"), (asked.Json.At("verification", "checked_via"), asked.Json.At("verification", "verified")));
    }

    [Fact]
    public async Task The_window_of_a_local_endpoint_that_does_not_tell_it_is_what_its_owner_says()
    {
        await using var model = await ScriptedModel.Start((context, _) => ScriptedModel.Stream(context, ModelTurn.Say("Short.")));
        var saved = await Put(
            "windowed",
            "local",
            $$"""{"base_url":"{{model.BaseUrl}}","default_model":"{{ModelTurn.Model}}","context_tokens":2000,"verify_after_save":true}"""
        );
        Assert.True(saved.Status == 200, saved.Text);
        // What is not named again stays.
        Assert.Equal("2000", (await Put("windowed", "local", "{}")).Json.At("context_tokens"));
        (await Put("windowed", "local", """{"context_tokens":-1}""")).IsRefused(400, "request.invalid");

        var applied = await Rest.Put(
            "/api/control-plane/agents/windowed",
            """{"provider":{"connection":"windowed"},"system_prompt":"Be brief."}"""
        );
        Assert.True(applied.Status == 200, applied.Text);
        var session = await koda.Host.NewSession("windowed");
        await koda.Host.Begin(session, new string('x', 40_000));
        await koda.Host.Whole(session);
        Assert.InRange(model.Requests.Last().ToJsonString().Length, 100, 20_000);
        Assert.Equal("0", (await Put("windowed", "local", """{"context_tokens":0}""")).Json.At("context_tokens"));
    }

    [Fact]
    public async Task Whoever_connects_a_provider_and_names_no_model_gets_one_that_it_offers_and_what_a_person_chose_stands()
    {
        await using var wire = await WireServer.Start(
            WireServer.Reply(200, """{"data":[{"id":"text-embedding-3-large"},{"id":"gpt-5-mini"},{"id":"gpt-5"}]}"""));
        await Rest.Delete($"{Providers}/openai/connection");

        var saved = await Put("openai", "api-key", $$"""{"api_key":"{{Key}}","base_url":"{{wire.Url}}v1","verify_after_save":true}""");
        Assert.Equal("gpt-5", saved["default_model"]);

        await Put("openai", "api-key", """{"default_model":"gpt-5-mini"}""");
        Assert.Equal("gpt-5-mini", (await Rest.Post($"{Providers}/openai/connection/verify")).Json.At("connection", "default_model"));
    }

    [Fact]
    public async Task A_connection_that_the_environment_names_is_tried_after_the_start_so_that_agents_have_a_model()
    {
        await using var wire = await WireServer.Start(WireServer.Reply(200, """{"data":[{"id":"gpt-5"}]}"""));
        await Rest.Delete($"{Providers}/openai/connection");
        var services = koda.Host.Services;
        await services.GetRequiredService<ImportProviders>().Execute(
            variable => variable switch { "OPENAI_API_KEY" => Key, "OPENAI_BASE_URL" => $"{wire.Url}v1", _ => null }, default);

        var verifying = services.GetServices<IHostedService>().OfType<VerifyImported>().Single();
        await verifying.StartAsync(default);
        await verifying.ExecuteTask!;

        var connection = await Rest.Get($"{Providers}/openai/connection");
        Assert.Equal(("verified", "gpt-5"), (connection["connection_status"], connection["default_model"]));
    }

    [Fact]
    public async Task Saving_again_makes_a_connection_unverified_and_a_key_is_kept_for_the_same_server_only()
    {
        await using var wire = await WireServer.Start(WireServer.Reply(200, """{"data":[{"id":"m"}]}"""));
        await Put("groq", "api-key", $$"""{"api_key":"{{Key}}","base_url":"{{wire.Url}}v1"}""");
        await Rest.Post($"{Providers}/groq/connection/verify");
        Assert.Equal("verified", (await Rest.Get($"{Providers}/groq/connection"))["connection_status"]);

        var same = await Put("groq", "api-key", $$"""{"base_url":"{{wire.Url}}other/v1"}""");
        Assert.Equal((200, "unverified"), (same.Status, same["connection_status"]));
        await Rest.Post($"{Providers}/groq/connection/verify");
        Assert.Equal($"Bearer {Key}", wire.LastHeaders.Authorization.ToString());

        var elsewhere = await Put("groq", "api-key", """{"base_url":"https://collector.example/v1"}""");
        Assert.Equal(400, elsewhere.Status);
        Assert.Contains("api_key", elsewhere.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disconnected_provider_is_not_configured_and_disconnecting_it_again_is_fine()
    {
        await Put("xai", "api-key", $$"""{"api_key":"{{Key}}"}""");
        foreach (
            var request in new[]
            {
                new HttpRequestMessage(HttpMethod.Delete, $"{Providers}/xai/connection"),
                new HttpRequestMessage(HttpMethod.Delete, $"{Providers}/xai/connection"),
            })
        {
            var reply = await Rest.Send(request);
            Assert.Equal((200, "not_configured"), (reply.Status, reply["connection_status"]));
        }
        Assert.Equal(200, (await Rest.Post($"{Providers}/xai/connection/disconnect")).Status);
        (await Rest.Post($"{Providers}/xai/connection/verify")).IsRefused(409, "provider.not_configured");
    }

    [Fact]
    public async Task No_reply_shows_a_key()
    {
        await Put("mistral", "api-key", $$"""{"api_key":"{{Key}}"}""");
        foreach (var reply in new[] { await Rest.Get(Providers), await Rest.Get($"{Providers}/mistral/connection") })
        {
            Assert.Equal(200, reply.Status);
            Assert.DoesNotContain(Key[..12], reply.Text, StringComparison.Ordinal);
        }
        Assert.Contains((await Rest.Get(Providers)).Json["items"]!.AsArray(), item =>
            item!.At("provider_id") == "mistral" && item!.At("api_key_preview").Length == 0);
    }

    private Task<RestReply> Put(string provider, string mode, string body) => Rest.Put($"{Providers}/{provider}/connection/{mode}", body);
}
