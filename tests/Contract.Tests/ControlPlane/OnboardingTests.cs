using Koda.Contract.Tests.Journeys;
using Koda.Contract.Tests.Runtime;
using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>From a fresh server to the first task.</summary>
public sealed class OnboardingTests : IAsyncLifetime
{
    private const string Status = "/api/control-plane/onboarding/status";
    private const string Bootstrap = "/api/control-plane/onboarding/bootstrap";
    private const string Owner = """
        "username":"ana","email":"ana@example.com","password":"Tall-ships-42-sail"
        """;

    private readonly PostgresFixture _postgres = new();
    private KodaHost _host = null!;

    public async Task InitializeAsync()
    {
        await _postgres.InitializeAsync();
        _host = await KodaHost.Start(_postgres.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    [Fact]
    public async Task One_call_with_the_setup_code_registers_connects_and_publishes()
    {
        var anonymous = _host.Anonymous();
        var fresh = await anonymous.Get(Status);
        Assert.Equal(
            ("access", "koda register USERNAME EMAIL"), (fresh.Json["next_step"]!.At("id"), fresh.Json["next_step"]!.At("command")));

        var done = await anonymous.Post(Bootstrap, $$$"""
            {
              "access": {"bootstrap_code":"{{{await Code()}}}",{{{Owner}}}},
              "provider": {"provider_id":"offline"},
              "agent": {"agent_id":"reader","definition":{"system_prompt":"Read.","tools":["read"]}}
            }
            """);

        Assert.Equal(200, done.Status);
        Assert.Equal(["access", "provider", "agent"], done.Json["applied"]!.AsArray().Select(part => part!.GetValue<string>()));
        Assert.Equal(10, done.Json["recovery_codes"]!.AsArray().Count);
        Assert.True(done.Json["status"]!["steps"]!["onboarding_complete"]!.GetValue<bool>());
        Assert.Null(done.Json["status"]!["next_step"]);
        var owner = _host.Anonymous(done["session_token"]);
        Assert.Equal("reader", (await owner.Post(TaskCalls.Tasks, """{"query":"x"}"""))["agent_id"]);
        Assert.True((await owner.Get("/api/control-plane/auth/status")).Json["onboarding_complete"]!.GetValue<bool>());
    }

    [Fact]
    public async Task What_is_wrong_in_one_part_leaves_nothing_of_the_others()
    {
        var anonymous = _host.Anonymous();
        var code = await Code();

        (await anonymous.Post(Bootstrap, $$$"""
            {
              "access": {"bootstrap_code":"{{{code}}}",{{{Owner}}}},
              "provider": {"provider_id":"openai","api_key":"sk-not-stored-at-all"},
              "agent": {"agent_id":"reader","definition":{"tools":["teleport"]}}
            }
            """)).IsRefused(400, "agent.invalid");

        var status = (await _host.Rest.Get(Status)).Json;
        Assert.Equal("access", status["next_step"]!.At("id"));
        Assert.DoesNotContain(status["providers"]!.AsArray(), provider => provider!.At("provider_id") == "openai");
        Assert.Equal(200, (await anonymous.Post(Bootstrap, $$$"""{"access":{"bootstrap_code":"{{{code}}}",{{{Owner}}}}}""")).Status);
    }

    [Fact]
    public async Task Without_a_valid_code_a_stranger_sets_up_nothing_and_asks_no_provider()
    {
        await using var trap = await TrapServer.Start();
        var stranger = _host.Anonymous();

        (await stranger.Post(Bootstrap, """{"provider":{"provider_id":"offline"}}""")).IsRefused(401, "auth.unauthenticated");
        (await stranger.Post(Bootstrap, $$$"""
            {
              "access": {"bootstrap_code":"AAAA-BBBB-CCCC",{{{Owner}}}},
              "provider": {"provider_id":"ollama","local":true,"base_url":"{{{trap.Url}}}","verify":true}
            }
            """)).IsRefused(401, "auth.bootstrap_invalid");

        Assert.Equal(0, trap.Requests);
    }

    [Fact]
    public async Task The_same_call_with_the_same_key_gives_the_first_answer()
    {
        var body = $$$"""{"access":{"bootstrap_code":"{{{await Code()}}}",{{{Owner}}}}}""";

        var first = await _host.Anonymous().Post(Bootstrap, body, ("Idempotency-Key", "setup-1"));
        var again = await _host.Anonymous().Post(Bootstrap, body, ("Idempotency-Key", "setup-1"));

        Assert.Equal((200, 200), (first.Status, again.Status));
        Assert.NotEqual("", first["session_token"]);
        Assert.Equal(first["session_token"], again["session_token"]);
        Assert.Equal(first.Json["recovery_codes"]!.ToJsonString(), again.Json["recovery_codes"]!.ToJsonString());
    }

    [Fact]
    public async Task When_all_is_set_up_nothing_is_applied_and_after_the_owner_a_credential_is_needed()
    {
        await _host.Anonymous().Post(Bootstrap, $$$"""{"access":{"bootstrap_code":"{{{await Code()}}}",{{{Owner}}}}}""");
        const string rest = """{"provider":{"provider_id":"offline"},"agent":{"agent_id":"atlas"}}""";

        (await _host.Anonymous().Post(Bootstrap, rest)).IsRefused(401, "auth.unauthenticated");
        (await _host.Anonymous(_host.WorkerToken).Post(Bootstrap, rest)).IsRefused(403, "auth.forbidden");
        Assert.Equal(2, (await _host.Rest.Post(Bootstrap, rest)).Json["applied"]!.AsArray().Count);

        var complete = await _host.Rest.Post(Bootstrap, rest);
        Assert.Empty(complete.Json["applied"]!.AsArray());
        Assert.True(complete.Json["status"]!["steps"]!["onboarding_complete"]!.GetValue<bool>());
        Assert.Empty((await _host.Anonymous().Get(Status)).Json["agents"]!.AsArray());
        Assert.NotEmpty((await _host.Rest.Get(Status)).Json["agents"]!.AsArray());
    }

    private async Task<string> Code() => (await _host.Rest.Post("/api/control-plane/auth/bootstrap/codes"))["code"];
}
