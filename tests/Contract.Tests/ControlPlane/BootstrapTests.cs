using System.Text.RegularExpressions;
using Koda.Contract.Tests.Journeys;
using Koda.Testing.Hosting;
using Koda.Testing;
using Npgsql;
using Xunit;
using static Koda.Contract.Tests.ControlPlane.OwnerCalls;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>How the first caller becomes the owner. Each test has a database without one.</summary>
public sealed class BootstrapTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private KodaHost? _host;

    private KodaHost Host => _host!;

    public async Task InitializeAsync() => _host = await KodaHost.Start(postgres.ConnectionString);

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await Execute("truncate owners, recovery_codes, sessions, setup_codes, sign_in_failures");
    }

    [Fact]
    public async Task A_setup_code_becomes_a_registration_token_becomes_the_owner()
    {
        var code = (await File.ReadAllTextAsync(Path.Combine(Host.DataDirectory, "setup.code"))).Trim();
        Assert.Matches("^[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){2}$", code);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Host.DataDirectory, "setup.code")));
        var before = await Host.Anonymous().Get($"{Auth}/status");
        Assert.Equal((false, true), (before.Bool("has_owner"), before.Bool("bootstrap_required")));

        var exchanged = await Host.Anonymous().Post($"{Auth}/bootstrap/exchange", $$"""{"code":" {{code.ToLowerInvariant()}} "}""");
        Assert.Equal(200, exchanged.Status);
        Assert.Matches("^kodar_", exchanged["registration_token"]);
        var registered = await Host.Anonymous().Post(
            $"{Auth}/register-owner", Registration(("registration_token", exchanged["registration_token"])));

        Assert.True(registered.Status == 201, registered.Text);
        Assert.Equal(
            ("ana", "ana@example.org", "Ana"),
            (
                registered.Json["operator"]!.At("username"),
                registered.Json["operator"]!.At("email"),
                registered.Json["operator"]!.At("display_name")));
        var codes = registered.Json["recovery_codes"]!.AsArray().Select(each => each!.GetValue<string>()).ToList();
        Assert.Equal(10, codes.Distinct().Count());
        Assert.All(codes, each => Assert.Matches(new Regex("^[a-z2-9]{4}(-[a-z2-9]{4}){2}$"), each));
        Assert.Matches(
            "^koda_operator_session=kodas_[^;]+; max-age=604800; path=/; samesite=strict; httponly$",
            registered.Cookie("koda_operator_session"));
        Assert.Matches("^koda_device=kodad_[^;]+; max-age=15552000; path=/; samesite=strict; httponly$", registered.Cookie("koda_device"));
        Assert.False(File.Exists(Path.Combine(Host.DataDirectory, "setup.code")));
        var status = await Host.Anonymous(registered["session_token"]).Get($"{Auth}/status");
        Assert.Equal((true, false, true), (status.Bool("has_owner"), status.Bool("bootstrap_required"), status.Bool("authenticated")));
        Assert.Equal("operator:ana", status["session_subject"]);
    }

    [Fact]
    public async Task There_is_one_owner()
    {
        await Host.EnsureOwner();

        (await Host.Anonymous().Post($"{Auth}/register-owner", Registration(("bootstrap_code", "ABCD-EFGH-JKMN")))).IsRefused(
            409, "auth.owner_exists");
        (await Host.Anonymous().Post($"{Auth}/bootstrap/exchange", """{"code":"ABCD-EFGH-JKMN"}""")).IsRefused(409, "auth.owner_exists");
        (await Host.Rest.Post($"{Auth}/bootstrap/codes")).IsRefused(409, "auth.owner_exists");
    }

    [Fact]
    public async Task Of_two_who_register_at_once_one_becomes_the_owner()
    {
        var codes = await Task.WhenAll(Host.Rest.Post($"{Auth}/bootstrap/codes"), Host.Rest.Post($"{Auth}/bootstrap/codes"));

        var replies = await Task.WhenAll(
            codes.Select(code => Host.Anonymous().Post($"{Auth}/register-owner", Registration(("bootstrap_code", code["code"])))));

        Assert.Equal([201, 409], replies.Select(reply => reply.Status).Order());
    }

    [Fact]
    public async Task A_code_and_a_token_work_once()
    {
        var code = (await Host.Rest.Post($"{Auth}/bootstrap/codes"))["code"];
        var exchanged = await Host.Anonymous().Post($"{Auth}/bootstrap/exchange", $$"""{"code":"{{code}}"}""");

        (await Host.Anonymous().Post($"{Auth}/bootstrap/exchange", $$"""{"code":"{{code}}"}""")).IsRefused(401, "auth.bootstrap_invalid");
        (await Host.Anonymous().Post($"{Auth}/register-owner", Registration(("bootstrap_code", code)))).IsRefused(
            401, "auth.bootstrap_invalid");
        await Execute("update setup_codes set used_at = now() where kind = 'registration'");
        (await Host.Anonymous().Post($"{Auth}/register-owner", Registration(("registration_token", exchanged["registration_token"]))))
            .IsRefused(401, "auth.bootstrap_invalid");
    }

    [Fact]
    public async Task A_code_ends_after_its_time()
    {
        var code = (await Host.Rest.Post($"{Auth}/bootstrap/codes"))["code"];
        await Execute("update setup_codes set expires_at = now()");

        (await Host.Anonymous().Post($"{Auth}/bootstrap/exchange", $$"""{"code":"{{code}}"}""")).IsRefused(401, "auth.bootstrap_invalid");
        (await Host.Anonymous().Post($"{Auth}/register-owner", Registration())).IsRefused(401, "auth.bootstrap_invalid");
    }

    [Fact]
    public async Task Codes_are_issued_to_who_may_write_identities_only()
    {
        (await Host.Anonymous().Post($"{Auth}/bootstrap/codes")).IsRefused(401, "auth.unauthenticated");
        (await Host.Anonymous(Host.WorkerToken).Post($"{Auth}/bootstrap/codes")).IsRefused(403, "auth.forbidden");
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_registration_is_named_at_once()
    {
        var refused = await Host.Anonymous().Post(
            $"{Auth}/register-owner", """{"username":"a b","email":"nobody","password":"short","display_name":"\u0007"}""");

        refused.IsRefused(400, "request.invalid").BlamesFields("username", "email", "password", "display_name");
    }

    [Theory]
    [InlineData("Short-1")]
    [InlineData("alllowercaseletters")]
    [InlineData("Ana@example.org-1x", "anabel")]
    [InlineData("Xx-anabel-2026", "anabel")]
    [InlineData("Password123!!")]
    [InlineData("aA1!aA1!aA1!aaaaaaaaaaaaaaaaa")]
    public async Task A_weak_password_is_refused(string password, string username = "somebody") =>
        (
            await Host.Anonymous()
                .Post($"{Auth}/register-owner", Registration(("username", username), ("email", "ana@example.org"), ("password", password))))
            .IsRefused(400, "auth.password_policy")
            .BlamesFields("password");

    [Fact]
    public async Task A_caller_on_this_machine_needs_no_code_where_that_is_allowed()
    {
        await using var trusting = await KodaHost.Start(
            postgres.ConnectionString, options => options with { Security = options.Security with { AllowLoopbackBootstrap = true } });
        Assert.True((await trusting.Anonymous().Get($"{Auth}/status")).Bool("loopback_trust_enabled"));

        (await trusting.Anonymous().Post($"{Auth}/register-owner", Registration(), ("X-Forwarded-For", "203.0.113.7"))).IsRefused(
            401, "auth.bootstrap_invalid");
        (await trusting.Anonymous().Post($"{Auth}/register-owner", Registration(), ("Host", "koda.example"))).IsRefused(
            401, "auth.bootstrap_invalid");
        (await trusting.Anonymous().Post($"{Auth}/register-owner", Registration(), ("Origin", "https://evil.example"))).IsRefused(
            401, "auth.bootstrap_invalid");
        Assert.Equal(201, (await trusting.Anonymous().Post($"{Auth}/register-owner", Registration())).Status);
    }

    [Fact]
    public async Task A_repeated_registration_gets_the_first_answer()
    {
        var code = (await Host.Rest.Post($"{Auth}/bootstrap/codes"))["code"];
        var body = Registration(("bootstrap_code", code));

        var first = await Host.Anonymous().Post($"{Auth}/register-owner", body, ("Idempotency-Key", "register-1"));
        var second = await Host.Anonymous().Post($"{Auth}/register-owner", body, ("Idempotency-Key", "register-1"));

        Assert.Equal((201, 201), (first.Status, second.Status));
        Assert.Equal(first.Text, second.Text);
    }

    private async Task Execute(string sql)
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
