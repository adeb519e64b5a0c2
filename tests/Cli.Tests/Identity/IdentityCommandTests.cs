using System.Net;
using System.Text.Json;

namespace Koda.Cli.Tests.Identity;

[Collection(LocalKodaCollection.Name)]
public sealed class IdentityCommandTests(LocalKoda koda)
{
    private const string Password = "Tall-ships-42-sail\n";

    private string SessionFile => Path.Combine(koda.Data, "session.json");

    [Fact]
    public async Task A_person_registers_signs_out_and_in_and_gives_tokens()
    {
        var code = (await koda.Run("setup-code")).Out.Trim();
        Assert.Matches("^[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){2}$", code);

        var registered = await koda.RunWithInput(Password, "register", "ana", "ana@example.org", "--code", code, "--password-stdin");
        Assert.True(registered.ExitCode == 0, registered.Error);
        Assert.Equal(10, registered.Out.Split('\n').Count(line => line.StartsWith("  ", StringComparison.Ordinal)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SessionFile));
        Assert.Equal(
            ExitCode.Failed,
            (await koda.RunWithInput(Password, "register", "eve", "eve@example.org", "--code", code, "--password-stdin")).ExitCode);

        Assert.Equal(0, (await koda.Run("logout")).ExitCode);
        Assert.False(File.Exists(SessionFile));
        var wrong = await koda.RunWithInput("a guess\n", "login", "ana", "--password-stdin");
        Assert.Equal(ExitCode.Refused, wrong.ExitCode);
        // Strangers lock the address; the command line is known by what it kept.
        using var stranger = new HttpClient { BaseAddress = new Uri(koda.Url) };
        for (var guess = 0; guess < 6; guess++)
        {
            using var body = new StringContent("""{"identifier":"ana","password":"a guess"}""", null, "application/json");
            using var refused = await stranger.PostAsync("/api/control-plane/auth/login", body);
            Assert.Contains(
                refused.StatusCode,
                guess < 4 ? [HttpStatusCode.Unauthorized] : new[] { HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests });
        }
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(koda.Data, "device.json")));
        var signedIn = await koda.RunWithInput(Password, "login", "ana", "--password-stdin");
        Assert.Contains("Signed in as ana", signedIn.Out, StringComparison.Ordinal);

        var created = await koda.Run("token", "create", "ci", "--scope", "read", "--json");
        using var token = JsonDocument.Parse(created.Out);
        var id = token.RootElement.GetProperty("item").GetProperty("id").GetString()!;
        Assert.Contains("operator.token", (await koda.Run("token", "list")).Out, StringComparison.Ordinal);
        Assert.Equal("Revoked.", (await koda.Run("token", "revoke", id)).Out.Trim());
        var audit = await koda.Run("audit", "--kind", "security.token.", "--last", "2");
        Assert.Contains("security.token.revoked  ana from 127.0.0.1", audit.Out, StringComparison.Ordinal);

        var changed = await koda.RunWithInput(Password + "Tall-ships-43-sail\n", "password", "change", "--password-stdin");
        Assert.True(changed.ExitCode == 0, changed.Error);
        Assert.Equal("10 of 10 recovery codes left.", (await koda.Run("password", "codes")).Out.Trim());
        var codes = (await koda.RunWithInput("Tall-ships-43-sail\n", "password", "codes", "--new", "--password-stdin")).Out
            .Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line.Trim()).ToList();
        Assert.Equal(10, codes.Count);
        var recovered = await koda.RunWithInput($"{codes[3]}\n{Password}", "password", "recover", "ana", "--password-stdin");
        Assert.True(recovered.ExitCode == 0, recovered.Error);
        Assert.Equal(ExitCode.Refused, (await koda.Run("password", "codes")).ExitCode);
        Assert.Equal(0, (await koda.RunWithInput(Password, "login", "ana", "--password-stdin")).ExitCode);
        Assert.Equal(0, (await koda.Run("logout")).ExitCode);
    }

    [Fact]
    public async Task Nobody_is_asked_where_nobody_is()
    {
        var login = await CliRun.Of("login", "ana");

        Assert.Equal(ExitCode.Usage, login.ExitCode);
        Assert.Contains("--password-stdin", login.Error, StringComparison.Ordinal);
    }
}
