using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Koda.Cli.Tests.Local;

[Collection(LocalKodaCollection.Name)]
public sealed class UpCommandTests(LocalKoda koda)
{
    [Fact]
    public async Task Starting_again_says_that_it_is_up()
    {
        var again = await koda.Run("up", "--listen", koda.Url, "--detach");

        Assert.Equal(ExitCode.Ok, again.ExitCode);
        Assert.Contains("up already", again.Error);
    }

    [Theory]
    [InlineData("--no-worker", "Stopping the server.")]
    [InlineData("--slots=2", "Stopping: the worker gives its tasks back first.")]
    public async Task Told_to_end_it_says_so_and_ends_with_all_that_it_started(string option, string said)
    {
        var folder = Directory.CreateTempSubdirectory("koda-up-").FullName;
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "koda"),
            ["up", option, "--data", Path.Combine(folder, "data"), "--listen", $"http://127.0.0.1:{LocalKoda.FreePort()}"])
        { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = koda.Workspace };
        using var up = Process.Start(start)!;
        try
        {
            var error = up.StandardError.ReadToEndAsync();
            while (await up.StandardOutput.ReadLineAsync() is { } line && !line.StartsWith("Koda is ready", StringComparison.Ordinal))
                Assert.Equal("", line);
            using var server = Process.GetProcessById(
                int.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "data", "server.pid")), CultureInfo.InvariantCulture));

            using (var signal = Process.Start("kill", ["-INT", $"{up.Id}"]))
                await signal.WaitForExitAsync();
            await up.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));

            Assert.Contains(said + "\n", await error, StringComparison.Ordinal);
            Assert.True(server.HasExited, "The server goes on.");
        }
        finally
        {
            up.Kill(entireProcessTree: true);
            await koda.RunIn([], "down", "--data", Path.Combine(folder, "data"));
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("server")]
    [InlineData("worker")]
    public async Task A_killed_process_is_started_again_and_the_task_it_worked_on_ends_once(string role)
    {
        await koda.ApplyScript("pauses", """[{delay_ms: 8000, text: "Back again."}]""");
        var running = koda.Run("run", "--agent", "pauses", "--json", "?");
        while (!(await koda.Run("tasks", "--agent", "pauses", "--status", "running")).Out.Contains("tsk_", StringComparison.Ordinal))
            Assert.False(running.IsCompleted, "The task ended before its process was killed.");
        var killed = koda.PidOf(role);
        Process.GetProcessById(killed).Kill();

        var run = await running;

        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        var lines = run
            .Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToList();
        var events = lines.SkipLast(1).ToList();
        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (long)n), events.Select(line => line.GetProperty("seq").GetInt64()));
        Assert.Single(events, line => line.GetProperty("kind").GetString() == "task.completed");
        Assert.NotEqual(killed, koda.PidOf(role));
        Assert.Equal(ExitCode.Ok, (await koda.Run("verify", lines[^1].GetProperty("id").GetString()!)).ExitCode);
    }

    [Theory]
    [InlineData("run", "--detach", "--workspace", "/usr/local/elsewhere", "Look.")]
    [InlineData("chat", "-p", "Look.", "--workspace", "/usr/local/elsewhere")]
    public async Task A_directory_that_the_worker_does_not_serve_is_refused_at_once_with_what_to_do(params string[] arguments)
    {
        var run = await koda.Run(arguments);

        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains(koda.Workspace, run.Error);
        Assert.Contains("--root", run.Error);
    }

    [Theory]
    [InlineData("run", "--detach", "Look.")]
    [InlineData("chat", "-p", "Look.")]
    public async Task The_data_directory_is_refused_at_once(params string[] arguments)
    {
        var run = await koda.Run([.. arguments, "--workspace", Path.Combine(koda.Data, "logs")]);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("data directory", run.Error);
    }

}
