using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Xunit;
using static Koda.Contract.Tests.ControlPlane.OwnerCalls;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>API tokens, and the configured ones.</summary>
public sealed class TokenTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private const string BreakGlass = "an-emergency-token-of-enough-length";
    private const string Runtime = "a-runtime-token-of-enough-length-too";

    private KodaHost Host => koda.Host;

    [Fact]
    public async Task A_token_is_shown_once_and_does_what_its_scopes_say()
    {
        var created = await Host.NewToken("read");
        var (secret, id) = (created["token"], created.Json["item"]!.At("id"));

        Assert.Matches("^kpat_[A-Za-z0-9_-]{43}$", secret);
        Assert.Equal(secret[..16], created.Json["item"]!.At("token_prefix"));
        Assert.Equal(200, (await Host.Anonymous(secret).Get("/api/runtime/agents")).Status);
        (await Host.Anonymous(secret).Post($"{Auth}/tokens", """{"name":"x"}""")).IsRefused(403, "auth.forbidden");
        var list = await Host.Rest.Get($"{Auth}/tokens?limit=200");
        Assert.DoesNotContain(secret, list.Text, StringComparison.Ordinal);
        var item = Assert.Single(list.Json["items"]!.AsArray(), each => each!.At("id") == id)!;
        Assert.Equal("ci", item.At("token_name"));
        Assert.NotNull(item["last_used_at"]);
        Assert.Equal(90, (DateTimeOffset.Parse(item.At("expires_at")) - DateTimeOffset.Parse(item.At("created_at"))).TotalDays);
    }

    [Fact]
    public async Task The_default_scope_is_the_whole_control_plane_without_the_workers_part()
    {
        var created = await Host.NewToken();

        Assert.Equal("control_plane", Assert.Single(created.Json["item"]!["scopes"]!.AsArray())!.GetValue<string>());
        Assert.Equal(200, (await Host.Anonymous(created["token"]).Get($"{Auth}/tokens")).Status);
    }

    [Fact]
    public async Task A_revoked_token_is_refused_and_can_be_revoked_again()
    {
        var created = await Host.NewToken("read");
        var caller = Host.Anonymous(created["token"]);
        Assert.Equal(200, (await caller.Get("/api/runtime/agents")).Status);
        var path = $"{Auth}/tokens/{created.Json["item"]!.At("id")}";

        Assert.Equal(200, (await Host.Rest.Send(new HttpRequestMessage(HttpMethod.Delete, path))).Status);

        (await caller.Get("/api/runtime/agents")).IsRefused(401, "auth.unauthenticated");
        Assert.Equal(200, (await Host.Rest.Send(new HttpRequestMessage(HttpMethod.Delete, path))).Status);
        (await Host.Rest.Send(new HttpRequestMessage(HttpMethod.Delete, $"{Auth}/tokens/{Guid.NewGuid()}"))).IsRefused(
            404, "token.not_found");
        (await Host.Rest.Send(new HttpRequestMessage(HttpMethod.Delete, $"{Auth}/tokens/x"))).IsRefused(404, "token.not_found");
    }

    [Fact]
    public async Task Nobody_gives_a_token_more_than_they_have()
    {
        var writer = (await Host.NewToken("identity.write", "runtime.read"))["token"];

        var refused = await Host.Anonymous(writer).Post($"{Auth}/tokens", """{"name":"x","scopes":["read"]}""");

        Assert.Contains("agents.read", refused.IsRefused(403, "auth.scope_escalation").At("scopes"), StringComparison.Ordinal);
        (await Host.Anonymous(writer).Post($"{Auth}/tokens", """{"name":"x"}""")).IsRefused(403, "auth.scope_escalation");
        Assert.Equal(201, (await Host.Anonymous(writer).Post($"{Auth}/tokens", """{"name":"x","scopes":["runtime.read"]}""")).Status);
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_token_is_named_at_once() =>
        (await Host.Rest.Post($"{Auth}/tokens", """{"name":" ","expires_in_days":4000,"scopes":["root","read"]}"""))
        .IsRefused(400, "request.invalid").BlamesFields("name", "expires_in_days", "scopes");

    [Fact]
    public async Task A_repeated_creation_gives_the_same_token()
    {
        (string, string) key = ("Idempotency-Key", $"token-{Guid.NewGuid()}");

        var first = await Host.Rest.Post($"{Auth}/tokens", """{"name":"once"}""", key);
        var second = await Host.Rest.Post($"{Auth}/tokens", """{"name":"once"}""", key);

        Assert.Equal(first.Text, second.Text);
        (await Host.Rest.Post($"{Auth}/tokens", """{"name":"other"}""", key)).IsRefused(409, "idempotency.conflict");
    }

    [Fact]
    public async Task The_files_of_the_data_folder_are_listed_by_their_names()
    {
        var names = (await Host.Rest.Get($"{Auth}/tokens?limit=200")).Json["items"]!
            .AsArray()
            .Select(item => item!.At("token_name"))
            .ToList();

        Assert.Subset(names.ToHashSet(), new HashSet<string> { "operator.token", "worker.token" });
    }

    [Fact]
    public async Task Pages_of_tokens_hold_each_once()
    {
        for (var number = 0; number < 3; number++)
            await Host.NewToken("read");
        var seen = new List<string>();
        for (var cursor = ""; ;)
        {
            var page = await Host.Rest.Get($"{Auth}/tokens?limit=2&cursor={cursor}");
            seen.AddRange(page.Json["items"]!.AsArray().Select(item => item!.At("id")));
            if ((cursor = page["next_cursor"]).Length == 0)
                break;
        }

        Assert.True(seen.Count >= 5);
        Assert.Equal(seen.Count, seen.Distinct().Count());
        (await Host.Rest.Get($"{Auth}/tokens?cursor=nonsense")).IsRefused(400, "cursor.invalid");
        (await Host.Rest.Get($"{Auth}/tokens?limit=-1")).IsRefused(400, "request.invalid");
    }

    [Fact]
    public async Task A_break_glass_token_acts_as_the_owner()
    {
        await using var host = await KodaHost.Start(koda.ConnectionString, options =>
            options with { Security = options.Security with { BreakGlassTokens = ["another", BreakGlass] } });

        Assert.Equal(200, (await host.Anonymous(BreakGlass).Get($"{Auth}/sessions")).Status);
        (await host.Anonymous(BreakGlass + "x").Get($"{Auth}/sessions")).IsRefused(401, "auth.unauthenticated");
        (await Host.Anonymous(BreakGlass).Get($"{Auth}/sessions")).IsRefused(401, "auth.unauthenticated");
    }

    [Fact]
    public async Task The_runtime_token_reaches_the_runtime_and_nothing_else()
    {
        await using var host = await WithRuntimeToken();

        Assert.Equal(200, (await host.Anonymous(Runtime).Get("/api/runtime/agents")).Status);
        Assert.Equal(200, (await Send(host, Runtime, "/api/runtime/agents")).Status);
        (await Send(host, Runtime, $"{Auth}/tokens")).IsRefused(403, "auth.forbidden");
        (await Send(host, "wrong", "/api/runtime/agents")).IsRefused(401, "auth.unauthenticated");
    }

    [Fact]
    public async Task A_signed_runtime_token_has_its_capabilities_until_it_expires()
    {
        await using var host = await WithRuntimeToken();
        var later = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();

        Assert.Equal(200, (await Send(host, Signed(["read"], later), "/api/runtime/agents")).Status);
        (await Send(host, Signed(["mutate"], later), "/api/runtime/agents")).IsRefused(403, "auth.forbidden");
        (await Send(host, Signed(["read"], DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds()), "/api/runtime/agents")).IsRefused(
            401, "auth.unauthenticated");
        (await Send(host, Signed(["read"], later, "another key of the same length......"), "/api/runtime/agents")).IsRefused(
            401, "auth.unauthenticated");
        (await Send(host, Signed(["read"], later)[..^2] + "AA", "/api/runtime/agents")).IsRefused(401, "auth.unauthenticated");
        (await Send(host, Signed(["read"], later, agent: "atlas"), "/api/runtime/agents")).IsRefused(401, "auth.unauthenticated");
    }

    private Task<KodaHost> WithRuntimeToken() => KodaHost.Start(
        koda.ConnectionString, options => options with { Security = options.Security with { RuntimeToken = Runtime } });

    private static string Signed(string[] capabilities, long expiresAt, string key = Runtime, string? agent = null) =>
        new Koda.Server.Engine.Principals.RuntimeGrant(capabilities, expiresAt) { AgentScope = agent }.Sign(key);

    private static Task<RestReply> Send(KodaHost host, string runtimeToken, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Runtime-Token", runtimeToken);
        return host.Anonymous().Send(request);
    }
}
