using System.Diagnostics;
using System.Text.Json.Nodes;
using Koda.Testing;
using Koda.Testing.Hosting;
using Xunit;
using static Koda.Contract.Tests.ControlPlane.OwnerCalls;

namespace Koda.Contract.Tests.Code;

/// <summary>Coding sessions without a credential are for programs of the server's own user.</summary>
public sealed class OtherUserTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Nobody = "65534";

    [OtherUserTheory]
    [InlineData("http://127.0.0.1:0", "--http1.1")]
    [InlineData("http://127.0.0.1:0", "--http2-prior-knowledge")]
    [InlineData("http://[::1]:0", "--http1.1")]
    [InlineData("http://[::1]:0", "--http2-prior-knowledge")]
    public async Task A_program_of_another_user_needs_a_credential(string listen, string version)
    {
        await using var host = await KodaHost.Start(postgres.ConnectionString, options => options with { Listen = new Uri(listen) });
        var sessions = new Uri(host.Url, "/sessions").ToString();

        Assert.Equal(200, (await Curl(sessions, version)).Status);
        var (status, body) = await Curl(sessions, version, Nobody);
        Assert.Equal((401, "auth.unauthenticated"), (status, (string?)body!["code"]));
        Assert.Contains("koda login", (string?)body["message"], StringComparison.Ordinal);
        Assert.Equal(401, (await Curl(sessions, version, Nobody, "-X", "POST", "-H", "Content-Type: application/json", "-d", "{}")).Status);
        Assert.Equal(200, (await Curl(sessions, version, Nobody, "-H", $"Authorization: Bearer {host.OperatorToken}")).Status);
    }

    [OtherUserTheory]
    [InlineData("--http1.1")]
    [InlineData("--http2-prior-knowledge")]
    public async Task A_program_of_another_user_does_not_register_the_owner_without_a_setup_code(string version)
    {
        await using var host = await KodaHost.Start(
            postgres.ConnectionString, options => options with { Security = options.Security with { AllowLoopbackBootstrap = true } });
        string[] register = ["-X", "POST", "-H", "Content-Type: application/json", "-d", Registration()];
        var url = new Uri(host.Url, $"{Auth}/register-owner").ToString();

        var (status, body) = await Curl(url, version, Nobody, register);

        Assert.Equal((401, "auth.bootstrap_invalid"), (status, (string?)body!["code"]));
    }

    private static async Task<(int Status, JsonNode? Body)> Curl(string url, string version, string user = "0", params string[] more)
    {
        string[] curl = ["curl", "-sS", version, "-w", "\n%{http_code}", url, .. more];
        var start = new ProcessStartInfo(
            "setpriv", user == "0" ? curl.Prepend("--") : ["--reuid", user, "--regid", user, "--clear-groups", .. curl])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = "/nonexistent";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var lines = (await process.StandardOutput.ReadToEndAsync()).TrimEnd().Split('\n');
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        return (int.Parse(lines[^1]), lines.Length > 1 ? JsonNode.Parse(lines[^2]) : null);
    }
}

/// <summary>A test that runs programs of another Unix user, which only root can. For others it is reported as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OtherUserTheoryAttribute : TheoryAttribute
{
    public OtherUserTheoryAttribute() => Skip = Environment.UserName == "root" ? null : "Only root can run a program as another user.";
}
