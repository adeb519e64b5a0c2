using Koda.Cli.Local;
using Koda.Cli.Logs;

namespace Koda.Cli.Tests.Logs;

public sealed class LogsCommandTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("koda-logs-").FullName;

    public LogsCommandTests() => Directory.CreateDirectory(Path.Combine(_data, "logs"));

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Lines_of_all_processes_come_in_the_order_of_their_times_with_further_lines_behind_their_first()
    {
        Append("server.log", "2026-01-31T12:00:01.000Z INF a: one\n   more of one\n2026-01-31T12:00:03.000Z WRN a: three\n");
        Append("worker.log", "2026-01-31T12:00:02.000Z INF b: two\n");

        var run = await CliRun.Of("logs", "--data", _data);

        Assert.Equal(
            [
                "server 2026-01-31T12:00:01.000Z INF a: one", "server    more of one", "worker 2026-01-31T12:00:02.000Z INF b: two",
                "server 2026-01-31T12:00:03.000Z WRN a: three",
            ],
            run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task One_process_and_the_last_lines_can_be_asked_for()
    {
        Append("server.log", "2026-01-31T12:00:01.000Z INF a: one\n");
        Append("worker.log", "2026-01-31T12:00:02.000Z INF b: two\n2026-01-31T12:00:04.000Z INF b: four\n");

        Assert.Equal("2026-01-31T12:00:04.000Z INF b: four\n", (await CliRun.Of("logs", "--worker", "--tail", "1", "--data", _data)).Out);
        Assert.Empty((await CliRun.Of("logs", "-n", "0", "--data", _data)).Out);
        Assert.Contains("\"log\":\"server\"", (await CliRun.Of("logs", "--server", "--json", "--data", _data)).Out);
    }

    [Fact]
    public void What_is_written_later_follows_whole_and_once_over_the_change_to_a_further_file()
    {
        Append("server.log", "2026-01-31T12:00:01.000Z INF a: one\n2026-01-31T12:00:02.000Z INF a: tw");
        var log = new RoleLog(new LocalServer(_data), "server");
        Assert.Equal(["one"], Words(log.Tail(10)));

        Assert.Empty(log.More());
        Append("server.log", "o\n");
        Assert.Equal(["two"], Words(log.More()));
        Append("server.log", "2026-01-31T12:00:03.000Z INF a: three\n");
        Append("server_001.log", "2026-01-31T12:00:04.000Z INF a: four\n");
        Assert.Equal(["three", "four"], Words(log.More()));
        Append("server_001.log", "2026-01-31T12:00:05.000Z INF a: five\n");
        Assert.Equal(["five"], Words(log.More()));
    }

    [Fact]
    public async Task A_directory_without_logs_is_named()
    {
        var run = await CliRun.Of("logs", "--data", Path.Combine(_data, "none"));

        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains(Path.Combine(_data, "none", "logs"), run.Error);
    }

    private static IEnumerable<string> Words(IEnumerable<LogLine> lines) => lines.Select(line => line.Text.Split(' ')[^1]);

    private void Append(string file, string text) => File.AppendAllText(Path.Combine(_data, "logs", file), text);
}
