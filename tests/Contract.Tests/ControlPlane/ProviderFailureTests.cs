using Koda.Contract.Tests.Journeys;
using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>Providers that refuse, break off, lie or lure: each verification ends in a defined state that is stored.</summary>
public sealed class ProviderFailureTests(PrivateKodaFixture koda) : IClassFixture<PrivateKodaFixture>
{
    private const string Providers = "/api/control-plane/providers";
    private const string Key = "sk-test-0123456789abcdef";

    private RestClient Rest => koda.Host.Rest;

    public static TheoryData<int, string, string> Refusals => new()
    {
        { 401, """{"error":{"message":"Incorrect API key provided: sk-test-0123456789abcdef"}}""", "provider.credential_invalid" },
        { 403, """{"error":{"message":"forbidden"}}""", "provider.credential_invalid" },
        { 400, """[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key."}}]""", "provider.credential_invalid" },
        { 429, """{"error":{"message":"slow down"}}""", "provider.rate_limited" },
        { 529, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", "provider.overloaded" },
        { 500, "oops", "provider.unavailable" },
        { 302, "", "provider.invalid_request" },
        { 200, "{\"data\": [", "provider.malformed_response" },
        { 200, """{"object":"list"}""", "provider.malformed_response" },
        { 404, """{"error":{"message":"no such route"}}""", "provider.invalid_request" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_a_provider_answers_becomes_a_code_that_is_stored_and_never_shows_the_key(int status, string body, string code)
    {
        await using var wire = await WireServer.Start(
            WireServer.Reply(status, body, ("Retry-After", "7"), ("Location", "http://169.254.169.254/latest/meta-data"))
        );
        await Save(wire);

        var verified = await Rest.Post($"{Providers}/deepseek/connection/verify");

        Assert.Equal(200, verified.Status);
        Assert.Equal(("false", code), (verified.Json.At("verification", "verified"), verified.Json.At("verification", "last_error_code")));
        var stored = await Rest.Get($"{Providers}/deepseek/connection");
        Assert.Equal(
            ("failed", code, "False"),
            (stored["connection_status"], stored["last_error_code"], stored.Json["verified"]!.GetValue<bool>().ToString()));
        Assert.DoesNotContain(Key, verified.Text + stored.Text, StringComparison.Ordinal);
        var health = await Rest.Get("/api/control-plane/integrations/deepseek/health?limit=1");
        Assert.Equal(("unhealthy", code), (health["status"], health.Json.At("latest", "error_code")));
        // A redirect is an answer, not an order: nothing else was asked.
        Assert.Single(wire.Requests);
    }

    [Fact]
    public async Task An_answer_that_is_too_large_is_not_read_to_its_end()
    {
        await using var wire = await WireServer.Start(async context =>
        {
            var block = new byte[1024 * 1024];
            Array.Fill(block, (byte)' ');
            for (var i = 0; i < 64 && !context.RequestAborted.IsCancellationRequested; i++)
                await context.Response.Body.WriteAsync(block);
        });
        await Save(wire);
        var verified = await Rest.Post($"{Providers}/deepseek/connection/verify");
        Assert.Equal("provider.malformed_response", verified.Json.At("verification", "last_error_code"));
    }

    [Fact]
    public async Task A_key_that_is_verified_while_saving_and_does_not_work_replaces_nothing()
    {
        await using var good = await WireServer.Start(WireServer.Reply(200, """{"data":[{"id":"m"}]}"""));
        var saved = await Put("groq", $$"""{"api_key":"{{Key}}","base_url":"{{good.Url}}v1","verify_after_save":true}""");
        Assert.Equal((200, "verified"), (saved.Status, saved["connection_status"]));

        good.Answer = WireServer.Reply(401, """{"error":{"message":"who are you?"}}""");
        (await Put("groq", """{"api_key":"sk-another-0123456789","verify_after_save":true}""")).IsRefused(
            409, "provider.credential_invalid");
        Assert.Equal("verified", (await Rest.Get($"{Providers}/groq/connection"))["connection_status"]);

        good.Answer = WireServer.Reply(503, "");
        (await Put("groq", """{"api_key":"sk-another-0123456789","verify_after_save":true}""")).IsRefused(
            409, "provider.verification_failed");
        good.Answer = WireServer.Reply(200, """{"data":[{"id":"m"}]}""");
        await Rest.Post($"{Providers}/groq/connection/verify");
        Assert.Equal($"Bearer {Key}", good.LastHeaders.Authorization.ToString());
        var health = await Rest.Get("/api/control-plane/integrations/core:groq/health");
        Assert.Equal(["verify", "save", "save", "save"], health.Json["items"]!.AsArray().Select(item => item!.At("trigger")));
    }

    [Theory]
    [InlineData("--chaos-drop")]
    [InlineData("--chaos-malformed")]
    [InlineData("--chaos-disconnect")]
    [InlineData("--chaos-ratelimit")]
    public async Task Under_chaos_each_verification_ends_in_a_state_that_is_stored(string flag)
    {
        using var aimock = await AimockServer.Start(flag, "0.2");
        (string Provider, string Mode, string Path, string Model)[] wires =
            [("openai", "api-key", "v1", "gpt-4o"), ("anthropic", "api-key", "", "claude-sonnet-4-5"), ("ollama", "local", "", "qwen3")];
        foreach (var (provider, mode, path, model) in wires)
        {
            await Rest.Put($"{Providers}/{provider}/connection/{mode}", $$"""{"api_key":"{{Key}}","base_url":"{{aimock.Url}}{{path}}"}""");
            for (var round = 0; round < 8; round++)
            {
                var verified = await Rest.Post($"{Providers}/{provider}/connection/verify", $$"""{"model":"{{model}}"}""");
                Assert.True(verified.Status == 200, verified.Text);
                var works = verified.Json["verification"]!["verified"]!.GetValue<bool>();
                var code = verified.Json.At("verification", "last_error_code");
                Assert.True(works ? code.Length == 0 : code.StartsWith("provider.", StringComparison.Ordinal), verified.Text);
                var stored = await Rest.Get($"{Providers}/{provider}/connection");
                Assert.Equal((works ? "verified" : "failed", code), (stored["connection_status"], stored["last_error_code"]));
                var latest = (await Rest.Get($"/api/control-plane/integrations/{provider}/health?limit=1")).Json["latest"]!;
                Assert.Equal((works, code), (latest["verified"]!.GetValue<bool>(), latest.At("error_code")));
            }
        }
    }

    private Task<RestReply> Save(WireServer wire) => Put("deepseek", $$"""{"api_key":"{{Key}}","base_url":"{{wire.Url}}v1"}""");

    private Task<RestReply> Put(string provider, string body) => Rest.Put($"{Providers}/{provider}/connection/api-key", body);
}
