using Koda.Contract.Tests.Journeys;
using Koda.Contract.Tests.Runtime;
using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>A provider that asks for a pause, through a real worker and the API.</summary>
public sealed class CooldownJourneyTests : IAsyncLifetime
{
    private const string Providers = "/api/control-plane/providers";
    private readonly PostgresFixture _postgres = new();
    private KodaHost _koda = null!;

    public async Task InitializeAsync()
    {
        await _postgres.InitializeAsync();
        _koda = await KodaHost.Start(_postgres.ConnectionString, options => options with { AllowedHosts = ["127.0.0.1"] });
        _koda.StartWorker(options => options with { LongestPause = TimeSpan.FromMilliseconds(500) });
    }

    public async Task DisposeAsync()
    {
        await _koda.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    [Theory]
    [InlineData(429, "provider.rate_limited")]
    [InlineData(529, "provider.overloaded")]
    public async Task A_task_waits_for_its_provider_at_no_cost_while_others_go_on(int status, string code)
    {
        await using var busy = await WireServer.Start(
            WireServer.Reply(status, """{"error":{"message":"later"}}""", ("Retry-After", "600")));
        await using var free = await ScriptedModel.Start(ModelTurn.Say("Done."));
        await Connect("busy", $"{busy.Url}v1");
        await Connect("free", free.BaseUrl);

        var waiting = await _koda.Submit("busy", "Wait.");
        await Eventually.IsTrue(
            async () => (await _koda.Rest.Get($"{TaskCalls.Tasks}/{waiting}")).Json.At("status_reason", "code") == "provider.cooldown",
            "the task waits for its provider");
        var next = await _koda.Submit("busy", "Wait too.");
        var done = await _koda.Follow(await _koda.Submit("free", "Work."));

        Assert.Equal("completed", done.At("status"));
        var task = (await _koda.Rest.Get($"{TaskCalls.Tasks}/{waiting}")).Json;
        Assert.Equal(("queued", "1"), (task.At("status"), task.At("attempt")));
        Assert.Contains("busy", task.At("status_reason", "message"), StringComparison.Ordinal);
        Assert.Equal("provider.cooldown", (await _koda.Rest.Get($"{TaskCalls.Tasks}/{next}")).Json.At("status_reason", "code"));
        var cooldown = Assert.Single((await _koda.Rest.Get($"{Providers}/busy/connection")).Json["cooldowns"]!.AsArray())!;
        Assert.Equal(("m", code), (cooldown.At("model"), cooldown.At("code")));
        // One refusal was enough for both tasks.
        Assert.Single(busy.Requests);

        // With another key they go on; the first after its last recorded step, with no failure counted.
        busy.Answer = context => ScriptedModel.Stream(context, ModelTurn.Say("At last."));
        var saved = await _koda.Rest.Put($"{Providers}/busy/connection/api-key", """{"api_key":"sk-another-0123456789"}""");
        Assert.Empty(saved.Json["cooldowns"]!.AsArray());
        Assert.Equal(
            ("completed", "At last."),
            (await _koda.Follow(waiting)) switch
            {
                var ended => (ended.At("status"), ended.At("output")),
            });
        Assert.Equal("completed", (await _koda.Follow(next)).At("status"));
    }

    [Fact]
    public async Task A_limit_of_the_key_cools_every_model_of_it_at_one_refusal()
    {
        await using var busy = await WireServer.Start(
            WireServer.Reply(429, """{"message":"Requests rate limit exceeded"}""", ("Retry-After", "600")));
        await Connect("whole", $"{busy.Url}v1");
        await _koda.Rest.Put("/api/control-plane/agents/other-model", """{"model":"n","provider":{"connection":"whole"}}""");
        var first = await _koda.Submit("whole", "Wait.");
        await Eventually.IsTrue(
            async () => (await _koda.Rest.Get($"{TaskCalls.Tasks}/{first}")).Json.At("status_reason", "code") == "provider.cooldown",
            "the task waits for its provider");

        var second = await _koda.Submit("other-model", "Wait too.");

        Assert.Equal("provider.cooldown", (await _koda.Rest.Get($"{TaskCalls.Tasks}/{second}")).Json.At("status_reason", "code"));
        Assert.Equal("", Assert.Single((await _koda.Rest.Get($"{Providers}/whole/connection")).Json["cooldowns"]!.AsArray())!.At("model"));
        Assert.Single(busy.Requests);
    }

    [Fact]
    public async Task A_cooldown_ends_by_itself()
    {
        var refused = 0;
        await using var busy = await WireServer.Start(context => Interlocked.Increment(ref refused) == 1
            ? WireServer.Reply(429, "{}", ("Retry-After", "1"))(context)
            : ScriptedModel.Stream(context, ModelTurn.Say("At last.")));
        await Connect("short", $"{busy.Url}v1");

        var ended = await _koda.Follow(await _koda.Submit("short", "Wait."));

        Assert.Equal(("completed", "2"), (ended.At("status"), ended.At("attempt")));
        Assert.Empty((await _koda.Rest.Get($"{Providers}/short/connection")).Json["cooldowns"]!.AsArray());
    }

    private async Task Connect(string id, string url)
    {
        var saved = await _koda.Rest.Put(
            $"{Providers}/{id}/connection/api-key",
            $$"""{"api_key":"sk-test-0123456789","base_url":"{{url}}"}"""
        );
        Assert.True(saved.Status == 200, saved.Text);
        var applied = await _koda.Rest.Put(
            $"/api/control-plane/agents/{id}",
            $$"""{"model":"m","provider":{"connection":"{{id}}"},"system_prompt":"Be brief."}"""
        );
        Assert.True(applied.Status == 200, applied.Text);
    }
}
