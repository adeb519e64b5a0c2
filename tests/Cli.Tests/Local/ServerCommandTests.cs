namespace Koda.Cli.Tests.Local;

/// <summary>A server that cannot start says in a line what is wrong, where, and what to do, with an exit code for each kind.</summary>
[Collection(LocalKodaCollection.Name)]
public sealed class ServerCommandTests(LocalKoda koda)
{
    private readonly string _data = Path.Combine(Path.GetTempPath(), $"koda-cli-{Guid.NewGuid():n}");

    [Theory]
    [InlineData("server")]
    [InlineData("up")]
    [InlineData("up", "--detach")]
    public async Task A_database_that_is_not_there(params string[] command)
    {
        var url = $"Host={Path.Combine(koda.Data, "postgres", "socket")};Username=koda;Database=elsewhere";

        var run = await koda.RunIn(
            new() { ["KODA_DATABASE_URL"] = url },
            [.. command, "--data", _data, "--listen", $"http://127.0.0.1:{LocalKoda.FreePort()}"]
        );

        Is(run, ExitCode.Database, "There is no database 'elsewhere' at ", "createdb");
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task A_database_URL_that_is_none()
    {
        var run = await koda.RunIn(
            [],
            "server",
            "--data",
            _data,
            "--listen",
            $"http://127.0.0.1:{LocalKoda.FreePort()}",
            "--database-url",
            "postgres://["
        );

        Is(run, ExitCode.Database, "The database URL must look like postgres://", "--database-url");
        Directory.Delete(_data, recursive: true);
    }

    [Theory]
    [InlineData("server")]
    [InlineData("up")]
    public async Task A_taken_port(string command)
    {
        var run = await koda.RunIn([], command, "--data", _data, "--listen", koda.Url);

        Is(run, ExitCode.Address, $"{koda.Url} is taken by another program.", "--listen");
        Assert.False(Directory.Exists(_data));
    }

    [Theory]
    [InlineData("server", "--listen", "http://192.0.2.1:8090")]
    [InlineData("up", "--listen", "http://192.0.2.1:8090")]
    public async Task An_address_of_another_machine(params string[] command) =>
        Is(
            await koda.RunIn([], [.. command, "--data", _data]),
            ExitCode.Address,
            "This machine does not have the address of http://192.0.2.1:8090.",
            "--listen");

    [Theory]
    [InlineData("server", "/sys/koda", "This user may not write to the data directory '/sys/koda'.")]
    [InlineData("up", "/sys/koda", "This user may not write to the data directory '/sys/koda'.")]
    [InlineData("up", "/dev/null/koda", "The data directory '/dev/null/koda' cannot be used: ")]
    public async Task A_data_directory_that_cannot_be_written(string command, string data, string sentence) =>
        Is(
            await koda.RunIn([], command, "--data", data, "--listen", $"http://127.0.0.1:{LocalKoda.FreePort()}"),
            ExitCode.DataDirectory,
            sentence,
            "--data");

    private static void Is(CliRun run, int exitCode, string sentence, string advice)
    {
        var lines = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(run.ExitCode == exitCode, run.Error);
        Assert.StartsWith("error: " + sentence, Assert.Single(lines, line => line.StartsWith("error: ", StringComparison.Ordinal)));
        Assert.Contains(advice, lines[^1]);
        Assert.DoesNotContain("   at ", run.Out + run.Error);
    }
}
