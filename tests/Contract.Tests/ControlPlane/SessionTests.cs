using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Npgsql;
using Xunit;
using static Koda.Contract.Tests.ControlPlane.OwnerCalls;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>Signing in and out, and what a session may do.</summary>
public sealed class SessionTests(KodaFixture koda) : IClassFixture<KodaFixture>, IAsyncLifetime
{
    private KodaHost Host => koda.Host;

    public Task InitializeAsync() => Host.EnsureOwner();

    public Task DisposeAsync() => Execute("delete from sign_in_failures");

    [Theory]
    [InlineData("ana")]
    [InlineData("ANA")]
    [InlineData("ana@example.org")]
    public async Task The_username_and_the_address_sign_in(string identifier)
    {
        var reply = await Host.Anonymous().Post($"{Auth}/login", Credentials(identifier, Password));

        Assert.Equal(200, reply.Status);
        Assert.Matches("^kodas_[A-Za-z0-9_-]{43}$", reply["session_token"]);
        Assert.Contains("samesite=strict; httponly", reply.Cookie("koda_operator_session"), StringComparison.Ordinal);
        Assert.Equal("ana", reply.Json["operator"]!.At("username"));
        Assert.True(reply.Json["auth"]!["authenticated"]!.GetValue<bool>());
        Assert.Equal(200, (await Host.Anonymous(reply["session_token"]).Get("/api/runtime/agents")).Status);
        Assert.Equal(200, (await Host.Anonymous().Send(WithCookie(HttpMethod.Get, "/api/runtime/agents", reply["session_token"]))).Status);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_name_are_answered_alike()
    {
        var wrong = await Host.Anonymous().Post($"{Auth}/login", Credentials("ana", "not the password"));
        var unknown = await Host.Anonymous().Post($"{Auth}/login", Credentials("bob", "not the password"));

        wrong.IsRefused(401, "auth.invalid_credentials");
        Assert.Equal((wrong.Status, wrong.Text), (unknown.Status, unknown.Text));
    }

    [Fact]
    public async Task Both_fields_are_needed() =>
        (await Host.Anonymous().Post($"{Auth}/login")).IsRefused(400, "request.invalid").BlamesFields("identifier", "password");

    [Theory]
    [InlineData("ana", Password)]
    [InlineData("nobody-there", "whatever")]
    public async Task Five_failures_lock_and_even_the_right_password_fails_then(string identifier, string last)
    {
        for (var attempt = 0; attempt < 5; attempt++)
            (await Host.Anonymous().Post($"{Auth}/login", Credentials(identifier, "wrong"))).IsRefused(401, "auth.invalid_credentials");

        var locked = await Host.Anonymous().Post($"{Auth}/login", Credentials(identifier, last));

        locked.IsRefused(423, "auth.account_locked");
        Assert.InRange(locked.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 900);
    }

    [Fact]
    public async Task A_lock_ends_and_a_success_forgets_failures()
    {
        for (var attempt = 0; attempt < 5; attempt++)
            await Host.Anonymous().Post($"{Auth}/login", Credentials("ana", "wrong"));
        await Execute("update sign_in_failures set locked_until = now()");

        await Host.SignIn();

        for (var attempt = 0; attempt < 4; attempt++)
            (await Host.Anonymous().Post($"{Auth}/login", Credentials("ana", "wrong"))).IsRefused(401, "auth.invalid_credentials");
        await Host.SignIn();
    }

    [Fact]
    public async Task Signing_out_ends_the_session_and_can_be_repeated()
    {
        var session = await Host.SignIn();

        var first = await Host.Anonymous().Send(WithCookie(HttpMethod.Post, $"{Auth}/logout", session, "{}"));
        var again = await Host.Anonymous().Send(WithCookie(HttpMethod.Post, $"{Auth}/logout", session, "{}"));

        Assert.Equal((200, 200), (first.Status, again.Status));
        Assert.Contains("max-age=0", Assert.Single(first.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        (await Host.Anonymous(session).Get("/api/runtime/agents")).IsRefused(401, "auth.session_expired");
        (await Host.Anonymous().Send(WithCookie(HttpMethod.Get, "/api/runtime/agents", session))).IsRefused(401, "auth.session_expired");
    }

    [Fact]
    public async Task A_session_ends_after_its_time()
    {
        var session = await Host.SignIn();
        await Execute("update sessions set expires_at = now()");

        (await Host.Anonymous(session).Get("/api/runtime/agents")).IsRefused(401, "auth.session_expired");
    }

    [Fact]
    public async Task A_session_that_never_was_is_not_an_expired_one() =>
        (await Host.Anonymous("kodas_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").Get("/api/runtime/agents")).IsRefused(
            401, "auth.unauthenticated");

    [Fact]
    public async Task The_status_answers_everybody_and_tells_the_owner_to_the_owner_only()
    {
        var session = await Host.SignIn();

        var known = await Host.Anonymous(session).Get($"{Auth}/status");
        var worker = await Host.Anonymous(Host.WorkerToken).Get($"{Auth}/status");
        var stale = await Host.Anonymous("kodas_stale").Get($"{Auth}/status");

        Assert.Equal(("ana", true), (known.Json["operator"]!.At("username"), known.Bool("authenticated")));
        Assert.Equal((200, true), (worker.Status, worker.Bool("authenticated")));
        Assert.Null(worker.Json["operator"]);
        Assert.Equal((200, false, "local_account"), (stale.Status, stale.Bool("authenticated"), stale["auth_mode"]));
        Assert.Null(stale.Json["operator"]);
    }

    [Fact]
    public async Task Sessions_are_listed_and_revoked_one_by_one()
    {
        var (mine, other) = (await Host.SignIn(), await Host.SignIn());
        var listed = await Host.Anonymous(mine).Get($"{Auth}/sessions");
        var items = listed.Json["items"]!.AsArray();
        var current = Assert.Single(items, item => item!["is_current"]!.GetValue<bool>());
        Assert.Equal("operator", current!.At("subject_type"));
        var others = items.Where(item => !item!["is_current"]!.GetValue<bool>()).Select(item => item!.At("session_id")).ToList();

        var replies = await Task.WhenAll(
            others.Select(id => Host.Anonymous(mine).Send(new HttpRequestMessage(HttpMethod.Delete, $"{Auth}/sessions/{id}"))));

        Assert.All(replies, reply => Assert.Equal((200, true), (reply.Status, reply.Bool("ok"))));
        (await Host.Anonymous(other).Get("/api/runtime/agents")).IsRefused(401, "auth.session_expired");
        Assert.Equal(200, (await Host.Anonymous(mine).Get("/api/runtime/agents")).Status);
        (await Host.Rest.Send(new HttpRequestMessage(HttpMethod.Delete, $"{Auth}/sessions/{Guid.NewGuid()}"))).IsRefused(
            404, "session.not_found");
        (await Host.Rest.Send(new HttpRequestMessage(HttpMethod.Delete, $"{Auth}/sessions/x"))).IsRefused(404, "session.not_found");
    }

    private async Task Execute(string sql)
    {
        await using var source = NpgsqlDataSource.Create(koda.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
