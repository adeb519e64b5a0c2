using Koda.Cli.Local;

namespace Koda.Cli.Tests.Local;

public sealed class LogTailTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData(
        "2026-01-31T12:00:01.000Z INF server: Starting the database\n2026-01-31T12:00:02.000Z INF Koda.Server: The setup code is XY.\n",
        "Starting the database")]
    [InlineData(
        "2026-01-31T12:00:01.000Z WRN Koda.Server.Startup: Waiting for the database at db:5432.\n   a further line\n",
        "Waiting for the database at db:5432.")]
    [InlineData(
        "{\"@t\":\"2026\",\"@m\":\"Starting the database\",\"SourceContext\":\"server\"}\n{\"@t\":\"2026\",\"@m\":\"Other.\"}\n{\"@t\":",
        "Starting the database")]
    [InlineData("{\"@t\":\"2026\",\"@m\":\"Waiting.\",\"@l\":\"Warning\",\"SourceContext\":\"Koda\"}\n", "Waiting.")]
    [InlineData("no log\n", null)]
    public void The_last_step_or_warning_is_found_in_either_format(string log, string? message)
    {
        File.WriteAllText(_file, log);

        Assert.Equal(message, LogTail.Message(_file, DateTimeOffset.UtcNow.AddMinutes(-1)));
        Assert.Null(LogTail.Message(_file, DateTimeOffset.UtcNow.AddMinutes(1)));
    }
}
