using System.Diagnostics;

namespace Koda.Cli.Tests.Local;

public sealed class DownCommandTests : IAsyncLifetime
{
    private readonly LocalKoda _koda = new();

    public Task InitializeAsync() => _koda.InitializeAsync();

    public Task DisposeAsync() => _koda.DisposeAsync();

    [Fact]
    public async Task What_killed_processes_left_behind_is_ended()
    {
        // The supervisor first: it would start the others again.
        foreach (var role in (string[])["up", "server", "worker"])
        {
            using var process = Process.GetProcessById(_koda.PidOf(role));
            process.Kill();
            await process.WaitForExitAsync();
        }
        var postmaster = Path.Combine(_koda.Data, "postgres", "data", "postmaster.pid");
        Assert.True(File.Exists(postmaster));

        var down = await _koda.Run("down");

        Assert.Contains("Koda is stopped", down.Out);
        Assert.False(File.Exists(postmaster));
        Assert.Contains("Nothing runs", (await _koda.Run("down")).Out);
    }

    [Fact]
    public async Task After_a_stop_the_next_start_has_every_task()
    {
        await _koda.ApplyScript("says", """[{text: "All is well."}]""");
        var task = (await _koda.Run("run", "--agent", "says", "--detach", "?")).Out.Trim();
        await _koda.Run("down");

        await _koda.InitializeAsync();

        Assert.Equal(ExitCode.Ok, (await _koda.Run("watch", task)).ExitCode);
    }
}
