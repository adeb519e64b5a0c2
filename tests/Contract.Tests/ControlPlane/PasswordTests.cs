using System.Text.Json.Nodes;
using Koda.Testing;
using Koda.Testing.Hosting;
using Npgsql;
using Xunit;
using static Koda.Contract.Tests.ControlPlane.OwnerCalls;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>Changing and recovering the password, and what each ends.</summary>
public sealed class PasswordTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const string NewPassword = "Other-Ships-77-port";

    private KodaHost? _host;
    private string[] _codes = [];

    private KodaHost Host => _host!;

    public async Task InitializeAsync()
    {
        _host = await KodaHost.Start(postgres.ConnectionString);
        var registered = await Host.EnsureOwner();
        _codes = [.. registered!.Json["recovery_codes"]!.AsArray().Select(code => code!.GetValue<string>())];
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = source.CreateCommand("truncate owners, recovery_codes, sessions, setup_codes, sign_in_failures");
        await command.ExecuteNonQueryAsync();
    }

    [Fact]
    public async Task A_changed_password_ends_every_other_session_and_keeps_the_one_that_asked()
    {
        var (mine, other) = (await Host.SignIn(), await Host.SignIn());
        Assert.Equal(200, (await Host.Anonymous(other).Get("/api/runtime/agents")).Status);

        var changed = await Host.Anonymous(mine).Post($"{Auth}/password/change", Change(Password, NewPassword));

        Assert.True(changed.Status == 200, changed.Text);
        Assert.Equal(200, (await Host.Anonymous(mine).Get("/api/runtime/agents")).Status);
        (await Host.Anonymous(other).Get("/api/runtime/agents")).IsRefused(401, "auth.session_expired");
        (await Host.Anonymous().Post($"{Auth}/login", Credentials(Username, Password))).IsRefused(401, "auth.invalid_credentials");
        await Host.SignIn(NewPassword);
    }

    [Fact]
    public async Task A_change_needs_the_current_password_and_a_good_new_one()
    {
        var session = await Host.SignIn();

        (await Host.Anonymous(session).Post($"{Auth}/password/change", Change("a guess", NewPassword))).IsRefused(
            401, "auth.invalid_credentials");
        (await Host.Anonymous(session).Post($"{Auth}/password/change", Change(Password, "weak")))
            .IsRefused(400, "auth.password_policy")
            .BlamesFields("new_password");
        await Host.SignIn();
    }

    [Fact]
    public async Task A_stolen_session_cannot_guess_the_password_for_ever()
    {
        var session = await Host.SignIn();
        for (var attempt = 0; attempt < 5; attempt++)
            (await Host.Anonymous(session).Post($"{Auth}/password/change", Change("a guess", NewPassword))).IsRefused(
                401, "auth.invalid_credentials");

        (await Host.Anonymous(session).Post($"{Auth}/password/change", Change(Password, NewPassword))).IsRefused(
            423, "auth.account_locked");
        (await Host.Anonymous(session).Post($"{Auth}/recovery-codes/regenerate", """{"current_password":"x"}""")).IsRefused(
            423, "auth.account_locked");
    }

    [Fact]
    public async Task A_recovery_code_sets_a_new_password_ends_all_sessions_and_uses_the_other_codes_up()
    {
        var session = await Host.SignIn();
        for (var attempt = 0; attempt < 5; attempt++)
            await Host.Anonymous().Post($"{Auth}/login", Credentials(Username, "wrong"));

        var recovered = await Host.Anonymous().Post($"{Auth}/password/recover", Recover(Email, _codes[3].ToUpperInvariant(), NewPassword));

        Assert.True(recovered.Status == 200, recovered.Text);
        (await Host.Anonymous(session).Get("/api/runtime/agents")).IsRefused(401, "auth.session_expired");
        await Host.SignIn(NewPassword);
        (await Host.Anonymous().Post($"{Auth}/password/recover", Recover(Username, _codes[4], NewPassword))).IsRefused(
            401, "auth.invalid_credentials");
        Assert.False((await Host.Anonymous().Get($"{Auth}/status")).Bool("recovery_available"));
        Assert.Equal(0, (await Host.Rest.Get($"{Auth}/recovery-codes")).Json["remaining"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_wrong_code_and_an_unknown_name_are_answered_alike()
    {
        var wrong = await Host.Anonymous().Post($"{Auth}/password/recover", Recover(Username, "aaaa-bbbb-cccc", NewPassword));
        var unknown = await Host.Anonymous().Post($"{Auth}/password/recover", Recover("nobody", _codes[0], NewPassword));

        wrong.IsRefused(401, "auth.invalid_credentials");
        Assert.Equal((wrong.Status, wrong.Text), (unknown.Status, unknown.Text));
        (await Host.Anonymous().Post($"{Auth}/password/recover", Recover("", "", NewPassword))).IsRefused(400, "request.invalid")
            .BlamesFields("identifier", "recovery_code");
    }

    [Fact]
    public async Task New_recovery_codes_end_the_old_ones()
    {
        var session = await Host.SignIn();
        Assert.Equal((10, 10), await Count());

        (await Host.Anonymous(session).Post($"{Auth}/recovery-codes/regenerate", """{"current_password":"a guess"}""")).IsRefused(
            401, "auth.invalid_credentials");
        var given = await Host.Anonymous(session)
            .Post($"{Auth}/recovery-codes/regenerate", new JsonObject { ["current_password"] = Password }.ToJsonString());

        Assert.Equal((10, 10), await Count());
        (await Host.Anonymous().Post($"{Auth}/password/recover", Recover(Username, _codes[0], NewPassword))).IsRefused(
            401, "auth.invalid_credentials");
        var fresh = given.Json["recovery_codes"]![0]!.GetValue<string>();
        Assert.Equal(200, (await Host.Anonymous().Post($"{Auth}/password/recover", Recover(Username, fresh, NewPassword))).Status);
    }

    [Fact]
    public async Task The_owner_changes_their_name()
    {
        var patch = WithCookie(HttpMethod.Patch, $"{Auth}/profile", await Host.SignIn(), """{"display_name":"Ana the Great"}""");
        Assert.Equal("Ana the Great", (await Host.Anonymous().Send(patch))["display_name"]);

        var bad = WithCookie(HttpMethod.Patch, $"{Auth}/profile", await Host.SignIn(), $$"""{"display_name":"{{new string('x', 81)}}"}""");
        (await Host.Anonymous().Send(bad)).IsRefused(400, "request.invalid").BlamesFields("display_name");
    }

    [Fact]
    public async Task Without_an_owner_there_is_no_password()
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = source.CreateCommand("truncate owners, recovery_codes");
        await command.ExecuteNonQueryAsync();

        (await Host.Rest.Post($"{Auth}/password/change", Change(Password, NewPassword))).IsRefused(409, "auth.owner_missing");
    }

    private async Task<(int Total, int Remaining)> Count()
    {
        var count = await Host.Rest.Get($"{Auth}/recovery-codes");
        return (count.Json["total"]!.GetValue<int>(), count.Json["remaining"]!.GetValue<int>());
    }

    private static string Change(string current, string wanted) =>
        new JsonObject { ["current_password"] = current, ["new_password"] = wanted }.ToJsonString();

    private static string Recover(string identifier, string code, string wanted) =>
        new JsonObject { ["identifier"] = identifier, ["recovery_code"] = code, ["new_password"] = wanted }.ToJsonString();
}
