using Koda.Cli.Local;

namespace Koda.Cli.Tests.Local;

public sealed class PidFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"koda-{Guid.NewGuid():n}.pid");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_running_process_is_found()
    {
        new PidFile(_path).Write(Environment.ProcessId);

        Assert.Equal(Environment.ProcessId, new PidFile(_path).Find()?.Id);
    }

    [Fact]
    public void A_process_that_began_after_the_file_was_written_is_another_one()
    {
        new PidFile(_path).Write(Environment.ProcessId);
        File.SetLastWriteTimeUtc(_path, DateTime.UtcNow.AddDays(-1));

        Assert.Null(new PidFile(_path).Find());
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a number")]
    [InlineData("2147483647")]
    public void A_file_that_names_no_process_finds_none(string content)
    {
        File.WriteAllText(_path, content);

        Assert.Null(new PidFile(_path).Find());
    }

    [Fact]
    public void No_file_finds_none() => Assert.Null(new PidFile(_path).Find());
}
