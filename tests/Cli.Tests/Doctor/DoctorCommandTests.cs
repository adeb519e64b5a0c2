using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Koda.Cli.Doctor;

namespace Koda.Cli.Tests.Doctor;

[Collection(LocalKodaCollection.Name)]
public sealed class DoctorCommandTests(LocalKoda koda)
{
    [Fact]
    public async Task Everything_is_looked_at_and_nothing_is_missing()
    {
        var doctor = await koda.Run("doctor", "--json");

        Assert.True(doctor.ExitCode == ExitCode.Ok, doctor.Out);
        var report = JsonDocument.Parse(doctor.Out).RootElement;
        Assert.True(report.GetProperty("ok").GetBoolean());
        var names = report.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()).ToList();
        Assert.Equal(
            [
                "postgres", "git", "sandbox", "ripgrep", "disk", "server", "database", "master key", "key", "worker", "commands", "clock",
                "versions",
            ],
            names);
        Assert.All((string[])["server", "database", "key", "clock", "versions"], name => Assert.Equal("ok", StatusOf(report, name)));
    }

    [Fact]
    public async Task It_ends_with_a_home_that_is_not_there()
    {
        var doctor = await koda.RunIn(new() { ["HOME"] = "/does/not/exist" }, "doctor", "--json", "--url", koda.Url);

        Assert.Equal(ExitCode.Failed, doctor.ExitCode);
        Assert.Equal("failed", StatusOf(JsonDocument.Parse(doctor.Out).RootElement, "key"));
    }

    [Fact]
    public async Task It_ends_at_SIGTERM_while_a_server_says_nothing()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "koda"),
            ["doctor", "--url", $"http://{silent.LocalEndpoint}", "--data", koda.Data]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var doctor = Process.Start(start)!;
        using var caller = await silent.AcceptTcpClientAsync();

        using var kill = Process.Start("kill", ["-TERM", $"{doctor.Id}"]);
        await kill.WaitForExitAsync();
        await doctor.WaitForExitAsync();

        Assert.Equal(ExitCode.Interrupted, doctor.ExitCode);
    }

    [Fact]
    public async Task A_check_that_does_not_end_is_reported_and_not_waited_for()
    {
        var stuck = new Probe("stuck", _ => new TaskCompletionSource<IReadOnlyList<Check>>().Task);

        var check = Assert.Single(await stuck.Limited(TimeSpan.FromMilliseconds(1), default));

        Assert.Equal((CheckStatus.Failed, "stuck"), (check.Status, check.Name));
    }

    [Theory]
    [InlineData(4, CheckStatus.Ok, "agrees")]
    [InlineData(90, CheckStatus.Warning, "1 min 30 s ahead of")]
    [InlineData(-90, CheckStatus.Warning, "1 min 30 s behind")]
    public void A_clock_that_differs_is_named(int seconds, object status, string words)
    {
        var check = ServerChecks.Clock(TimeSpan.FromSeconds(seconds));

        Assert.Equal(status, check.Status);
        Assert.Contains(words, check.Detail);
    }

    [Fact]
    public void Versions_that_differ_are_named()
    {
        var here = VersionCommand.Version.Split('+')[0];

        Assert.Equal(CheckStatus.Ok, ServerChecks.Versions(here + "+abc", [new() { Name = "w", Version = here }]).Status);
        var check = ServerChecks.Versions("0.0.9", [new() { Name = "old", Version = "0.0.8" }]);
        Assert.Equal(CheckStatus.Warning, check.Status);
        Assert.Contains("server 0.0.9, worker old 0.0.8", check.Detail);
    }

    private static string? StatusOf(JsonElement report, string name) =>
        report
            .GetProperty("checks")
            .EnumerateArray()
            .Single(check => check.GetProperty("name").GetString() == name)
            .GetProperty("status")
            .GetString();
}
