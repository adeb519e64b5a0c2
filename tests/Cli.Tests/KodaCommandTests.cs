using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Koda.Cli.Tests;

public sealed class KodaCommandTests
{
    [Theory]
    [InlineData("bogus")]
    [InlineData("run")]
    [InlineData("run", "--priority", "high", "query")]
    [InlineData("tasks", "--status", "lost")]
    [InlineData("tasks", "--limit", "0")]
    [InlineData("approve")]
    [InlineData("approve", "apr_1", "--deny", "--always")]
    [InlineData("up", "--listen", "8090")]
    [InlineData("--url", "koda.example", "tasks")]
    [InlineData("run", "--metadata", "colour", "query")]
    public async Task Wrong_usage_exits_with_2_and_says_what_is_wrong(params string[] args)
    {
        var run = await CliRun.Of(args);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.NotEmpty(run.Error);
        Assert.Empty(run.Out);
    }

    [Theory]
    [InlineData("tasks")]
    [InlineData("worker")]
    [InlineData("run", "Look.")]
    [InlineData("chat", "-p", "Look.")]
    [InlineData("doctor")]
    public async Task An_address_with_a_path_is_refused_with_the_one_to_use(params string[] args)
    {
        var run = await CliRun.Of([.. args, "--url", "https://koda.example/behind"]);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Equal(
            "error: 'https://koda.example/behind' is more than an address: gRPC is served at the root of one. "
            + "Write it like https://koda.example.\n",
            run.Error);
    }

    [Fact]
    public async Task Wrong_usage_names_the_help_of_the_very_command_and_is_JSON_when_asked_for()
    {
        Assert.Contains("Try: koda settings set --help", (await CliRun.Of("settings", "set")).Error);
        Assert.Contains("takes a whole number", (await CliRun.Of("providers", "limit", "ollama", "few")).Error);

        var error = JsonDocument
            .Parse((await CliRun.Of("providers", "limit", "ollama", "few", "--json")).Error)
            .RootElement.GetProperty("error");
        Assert.Equal("cli.usage", error.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("koda tasks has no option --statu. Did you mean --status?", "tasks", "--statu", "failed")]
    [InlineData("koda tasks has no option --stauts. Did you mean --status?", "tasks", "--stauts=failed")]
    [InlineData("koda run has no option --agnet. Did you mean --agent?", "run", "--agnet", "atlas", "query")]
    [InlineData("koda run has no option --verbos. Did you mean --verbose?", "run", "--verbos", "query")]
    [InlineData("koda run has no option --xyzzy.\n", "run", "--xyzzy", "query")]
    [InlineData("koda tasks has no option --statu. Did you mean --status?", "tasks", "--statu=failed")]
    [InlineData("koda has no command 'taks'. Did you mean tasks?", "taks")]
    [InlineData("koda agents has no command 'publsh'. Did you mean publish?", "agents", "publsh")]
    [InlineData("koda down takes nothing more than it was given: 'now' is too much.", "down", "now")]
    [InlineData("koda run needs <query>.", "run")]
    [InlineData("koda agents rollback needs <agent>, <version>.", "agents", "rollback")]
    [InlineData("koda token needs a command: create, list, revoke.", "token")]
    [InlineData("--agent needs a value.", "tasks", "--agent")]
    [InlineData("--priority takes a whole number, not 'high'.", "run", "--priority", "high", "query")]
    [InlineData("<version> takes a whole number, not 'two'.", "agents", "rollback", "atlas", "two")]
    [InlineData("--since takes a time such as 2026-01-31 or 2026-01-31T12:00Z, not 'now'.", "tasks", "--since", "now")]
    [InlineData("--outcome takes one of success, failure, denied, not 'bad'.", "audit", "--outcome", "bad")]
    [InlineData(
        "--status takes one of queued, running, completed, failed, cancelled, retrying, paused, not 'fialed'. Did you mean failed?",
        "tasks",
        "--status",
        "fialed")]
    [InlineData("--output takes one of wide, json, name, not 'yaml'.", "tasks", "-o", "yaml")]
    [InlineData("<shell> takes one of bash, zsh, fish, not 'tcsh'.", "completion", "tcsh")]
    public async Task Wrong_usage_is_said_in_the_words_of_the_command_line(string sentence, params string[] args)
    {
        var run = await CliRun.Of(args);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.StartsWith("error: " + sentence, run.Error);
        Assert.Single(run.Error.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.DoesNotContain("System.", run.Error);
    }

    [Fact]
    public async Task Help_of_a_command_is_found_under_both_words()
    {
        Assert.Equal((await CliRun.Of("--help")).Out, (await CliRun.Of("help")).Out);
        Assert.Equal((await CliRun.Of("agents", "publish", "--help")).Out, (await CliRun.Of("help", "agents", "publish")).Out);
    }

    [Fact]
    public async Task Tab_completes_in_bash()
    {
        var script = (await CliRun.Of("completion", "bash")).Out;
        var folder = Directory.CreateTempSubdirectory("koda-completion-");
        try
        {
            // It stands for the program, which answers the same question in this process.
            var program = Path.Combine(folder.FullName, "koda");
            await File.WriteAllTextAsync(
                program, $"#!/bin/sh\ncat <<'END'\n{(await CliRun.Of("[suggest:14]", "koda agents pu")).Out}END\n");
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            using var bash = System.Diagnostics.Process.Start(
                new System.Diagnostics.ProcessStartInfo(
                    "bash",
                    [
                        "-c",
                        $"{script}\nCOMP_LINE='koda agents pu' COMP_POINT=14 COMP_WORDS=(koda agents pu) COMP_CWORD=2; _koda {program}; echo \"${{COMPREPLY[*]}}\"",
                    ])
                {
                    RedirectStandardOutput = true,
                })!;

            Assert.Equal("publish", (await bash.StandardOutput.ReadToEndAsync()).Trim());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("run", "query")]
    [InlineData("tasks")]
    [InlineData("agents")]
    [InlineData("verify")]
    public async Task Without_a_server_a_command_exits_with_3_and_says_what_to_do(params string[] args)
    {
        var run = await CliRun.Of([.. args, "--url", Nobody()]);

        Assert.Equal(ExitCode.Unreachable, run.ExitCode);
        Assert.Contains("koda up", run.Error);
    }

    [Fact]
    public async Task An_error_is_JSON_when_asked_for()
    {
        var run = await CliRun.Of("tasks", "--json", "--url", Nobody());

        var error = JsonDocument.Parse(run.Error).RootElement.GetProperty("error");
        Assert.Equal("server.unreachable", error.GetProperty("code").GetString());
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task Help_shows_every_command_and_the_exit_codes()
    {
        var run = await CliRun.Of();

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.All(
            (string[])["up", "run", "tasks", "watch", "trace", "approve", "agents", "cancel", "doctor", "verify", "bench", "version"],
            command => Assert.Contains($"\n  {command} ", run.Out));
        Assert.Contains("130", run.Out);
    }

    [Fact]
    public async Task The_help_of_a_command_has_examples() =>
        Assert.Contains("Examples:\n  koda run ", (await CliRun.Of("run", "--help")).Out);

    [Fact]
    public async Task Version_needs_no_server()
    {
        var run = await CliRun.Of("version", "--json", "--url", Nobody());

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(run.Out).RootElement.GetProperty("server_version").ValueKind);
    }

    /// <summary>An address at which nothing listens.</summary>
    private static string Nobody()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}";
    }
}
