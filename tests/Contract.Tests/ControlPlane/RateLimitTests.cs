using Koda.Server.Hosting;
using Koda.Testing;
using Koda.Testing.Hosting;
using Npgsql;
using Xunit;
using static Koda.Contract.Tests.ControlPlane.OwnerCalls;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>How often the control plane may be called, with the documented budgets unless a test says otherwise.</summary>
public sealed class RateLimitTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = source.CreateCommand(
            "truncate rate_counts, owners, recovery_codes, sessions, setup_codes, sign_in_failures");
        await command.ExecuteNonQueryAsync();
    }

    [Fact]
    public async Task Brute_force_meets_the_bucket_and_learns_when_to_come_back()
    {
        await using var host = await Start();
        var login = Credentials("ana", "wrong");
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            var tried = await host.Anonymous().Post($"{Auth}/login", login);
            tried.IsRefused(401, "auth.invalid_credentials");
            Assert.Equal("\"login\";q=5;w=300", Assert.Single(tried.Headers.GetValues("RateLimit-Policy")));
            Assert.StartsWith(
                $"\"login\";r={5 - attempt};t=", Assert.Single(tried.Headers.GetValues("RateLimit")), StringComparison.Ordinal);
        }

        var limited = await host.Anonymous().Post($"{Auth}/login", login);

        Assert.Equal("login", limited.IsRefused(429, "auth.rate_limited")["bucket"]!.GetValue<string>());
        Assert.InRange(limited.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 300);
        Assert.StartsWith("\"login\";r=0;t=", Assert.Single(limited.Headers.GetValues("RateLimit")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_strict_bucket_does_not_use_the_general_one()
    {
        await using var host = await Start("2/60s");
        for (var attempt = 0; attempt < 6; attempt++)
            await host.Anonymous().Post($"{Auth}/login", Credentials("ana", "wrong"));

        var status = await host.Anonymous().Get($"{Auth}/status");

        Assert.Equal(200, status.Status);
        Assert.StartsWith("\"general\";r=1;", Assert.Single(status.Headers.GetValues("RateLimit")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_recomputes_the_log_is_not_held_up_by_the_general_bucket()
    {
        await using var host = await Start("2/60s");

        for (var chain = 0; chain < 6; chain++)
            Assert.Equal(200, (await host.Rest.Get("/api/control-plane/chains?limit=1")).Status);
    }

    [Fact]
    public async Task The_general_bucket_is_for_the_control_plane_only()
    {
        await using var host = await Start("2/60s");
        Assert.Equal(200, (await host.Anonymous().Get($"{Auth}/status")).Status);
        Assert.Equal(200, (await host.Anonymous().Get($"{Auth}/status")).Status);

        (await host.Anonymous().Get($"{Auth}/status")).IsRefused(429, "auth.rate_limited");

        for (var call = 0; call < 5; call++)
            Assert.Equal(200, (await host.Rest.Get("/api/runtime/agents")).Status);
    }

    [Fact]
    public async Task The_runtime_API_is_counted_where_it_has_a_budget()
    {
        await using var host = await Start("runtime=2/60s");
        Assert.Equal(200, (await host.Rest.Get("/api/runtime/agents")).Status);
        Assert.Equal(200, (await host.Rest.Get("/api/runtime/agents")).Status);

        var limited = await host.Rest.Get("/api/runtime/agents");

        limited.IsRefused(429, "auth.rate_limited");
        Assert.True(limited.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal(200, (await host.Anonymous().Get($"{Auth}/status")).Status);
    }

    [Fact]
    public async Task Two_servers_count_once()
    {
        await using var one = await Start();
        await using var two = await Start();
        for (var attempt = 0; attempt < 5; attempt++)
            (await (attempt % 2 == 0 ? one : two).Anonymous().Post($"{Auth}/login", Credentials("ana", "wrong"))).IsRefused(
                401, "auth.invalid_credentials");

        (await one.Anonymous().Post($"{Auth}/login", Credentials("ana", "wrong"))).IsRefused(429, "auth.rate_limited");
        (await two.Anonymous().Post($"{Auth}/login", Credentials("ana", "wrong"))).IsRefused(429, "auth.rate_limited");
    }

    [Fact]
    public async Task Around_the_end_of_a_window_nobody_has_the_budget_twice()
    {
        await using var host = await Start("general=4/1h");
        await Statuses(host, 200, 200);
        await PassTime(50);
        await Statuses(host, 200, 200, 429);

        await PassTime(15);

        await Statuses(host, 200, 200, 429);
        await PassTime(50);
        await Statuses(host, 200, 200, 429);
    }

    [Fact]
    public async Task Many_at_once_get_no_more_than_the_budget()
    {
        await using var host = await Start("general=7/60s");

        var replies = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => host.Anonymous().Get($"{Auth}/status")));

        Assert.Equal(7, replies.Count(reply => reply.Status == 200));
        Assert.Equal(23, replies.Count(reply => reply.Status == 429));
    }

    [Fact]
    public async Task A_caller_that_is_refused_again_and_again_is_told_to_wait_while_a_valid_credential_still_works()
    {
        await using var host = await Start();
        for (var attempt = 0; attempt < 5; attempt++)
            (await host.Anonymous("kpat_wrong").Get($"{Auth}/tokens")).IsRefused(401, "auth.unauthenticated");

        (await host.Anonymous("kpat_wrong").Get($"{Auth}/tokens")).IsRefused(429, "auth.rate_limited");
        (await host.Anonymous(host.WorkerToken).Get($"{Auth}/tokens")).IsRefused(429, "auth.rate_limited");
        Assert.Equal(200, (await host.Rest.Get($"{Auth}/tokens")).Status);
    }

    [Fact]
    public async Task A_bucket_of_a_person_follows_the_person_and_not_the_address()
    {
        await using var host = await Start("password_change=1/1h");
        await host.EnsureOwner();
        var session = await host.SignIn();
        var change = $$"""{"current_password":"{{Password}}","new_password":"{{Password}}"}""";

        Assert.Equal(200, (await host.Anonymous(session).Post($"{Auth}/password/change", change)).Status);
        (await host.Anonymous(session).Post($"{Auth}/password/change", change)).IsRefused(429, "auth.rate_limited");
        (await host.Anonymous(await host.SignIn()).Post($"{Auth}/password/change", change)).IsRefused(429, "auth.rate_limited");
        (await host.Anonymous().Post($"{Auth}/password/change", change)).IsRefused(401, "auth.unauthenticated");
    }

    [Fact]
    public async Task Who_gives_a_call_no_time_is_counted_and_recorded_all_the_same()
    {
        await using var host = await Start("general=off");
        for (var attempt = 1; attempt <= 5; attempt++)
            (await Hurried()).IsRefused(401, "auth.unauthenticated");

        (await Hurried()).IsRefused(429, "auth.rate_limited");

        Task<RestReply> Hurried()
        {
            var request = new HttpRequestMessage(HttpMethod.Get, $"{Auth}/tokens");
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer kpat_guessed");
            request.Headers.TryAddWithoutValidation("grpc-timeout", "1n");
            return host.Anonymous().Send(request);
        }
    }

    [Fact]
    public async Task Buckets_can_be_off_each_or_all()
    {
        await using var one = await Start("login=off,refused=off");
        await using var all = await Start("off");
        for (var attempt = 0; attempt < 7; attempt++)
        {
            Assert.NotEqual(429, (await one.Anonymous().Post($"{Auth}/login", Credentials($"user-{attempt}", "wrong"))).Status);
            var reply = await all.Anonymous().Get($"{Auth}/tokens");
            Assert.Equal((401, false), (reply.Status, reply.Headers.Contains("RateLimit")));
        }
    }

    [Fact]
    public async Task A_made_up_forwarding_changes_nobodys_address()
    {
        await using var host = await Start();
        for (var attempt = 0; attempt < 5; attempt++)
            (await Login(host, $"203.0.113.{attempt}")).IsRefused(401, "auth.invalid_credentials");

        (await Login(host, "203.0.113.99")).IsRefused(429, "auth.rate_limited");
    }

    [Fact]
    public async Task Of_a_listed_proxy_the_nearest_hop_that_is_not_listed_is_the_client()
    {
        await using var host = await Start(configure: security => security with { TrustedProxies = ["127.0.0.0/8", "10.0.0.1"] });
        for (var attempt = 0; attempt < 5; attempt++)
            (await Login(host, $"198.51.100.{attempt}, 203.0.113.7, 10.0.0.1")).IsRefused(401, "auth.invalid_credentials");

        (await Login(host, "198.51.100.77, 203.0.113.7")).IsRefused(429, "auth.rate_limited");
        (await Login(host, "203.0.113.8")).IsRefused(401, "auth.invalid_credentials");
    }

    [Theory]
    [InlineData("many")]
    [InlineData("0/60s")]
    [InlineData("5/60x")]
    [InlineData("unknown=5")]
    public async Task A_server_does_not_start_with_a_budget_that_nobody_understands(string budgets)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Start(budgets));

        Assert.Contains("CONTROL_PLANE_RATE_LIMIT", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_gRPC_a_limited_caller_learns_when_to_come_back_too()
    {
        await using var host = await Start("1/60s");
        await using var client = host.ClientWith(null);
        var auth = new Protos.ControlPlane.V1.AuthService.AuthServiceClient(client.CallInvoker);
        await auth.GetAuthStatusAsync(new());

        var limited = await Assert.ThrowsAsync<Grpc.Core.RpcException>(async () => await auth.GetAuthStatusAsync(new()));

        Assert.Equal(Grpc.Core.StatusCode.ResourceExhausted, limited.StatusCode);
    }

    private static async Task Statuses(KodaHost host, params int[] expected)
    {
        foreach (var status in expected)
            Assert.Equal(status, (await host.Anonymous().Get($"{Auth}/status")).Status);
    }

    private async Task PassTime(int minutes)
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = source.CreateCommand("""
            update rate_counts
            set calls = array(select call - make_interval(mins => $1) from unnest(calls) as call), ends_at = ends_at - make_interval(mins => $1)
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = minutes });
        await command.ExecuteNonQueryAsync();
    }

    private async Task<KodaHost> Start(string? budgets = null, Func<ServerSecurity, ServerSecurity>? configure = null)
    {
        var security = new ServerSecurity { RateLimit = budgets };
        return await KodaHost.Start(postgres.ConnectionString, options =>
            options with { Security = configure?.Invoke(security) ?? security });
    }

    private static Task<RestReply> Login(KodaHost host, string forwardedFor) =>
        host.Anonymous().Post($"{Auth}/login", Credentials($"user-{Guid.NewGuid()}", "wrong"), ("X-Forwarded-For", forwardedFor));
}
