using System.Diagnostics;

namespace Koda.Cli.Tests.Tasks;

[Collection(LocalKodaCollection.Name)]
public sealed class WatchCommandTests(LocalKoda koda)
{
    [Fact]
    public async Task A_server_that_was_killed_is_waited_for()
    {
        await koda.ApplyScript("says", """[{text: "All is well."}]""");
        var task = (await koda.Run("run", "--agent", "says", "--detach", "?")).Out.Trim();
        Process.GetProcessById(koda.PidOf("server")).Kill();

        var watch = await koda.Run("watch", task);

        Assert.True(watch.ExitCode == ExitCode.Ok, watch.Error);
        Assert.Contains($"No Koda server answers at {koda.Url}. Waiting for one", watch.Error, StringComparison.Ordinal);
        Assert.Equal("All is well.\n\nNo language model was used: a script was played.\n", watch.Out);
    }

    [Fact]
    public async Task Waiting_for_a_server_ends_at_an_interrupt()
    {
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "koda"),
            ["watch", "tsk_01m8qr5w7jf10apnnc9hazx278", "--url", $"http://127.0.0.1:{LocalKoda.FreePort()}", "--data", koda.Data])
        { RedirectStandardError = true };
        using var watch = Process.Start(start)!;
        Assert.StartsWith("No Koda server answers at http://", await watch.StandardError.ReadLineAsync(), StringComparison.Ordinal);

        using (var signal = Process.Start("kill", ["-INT", $"{watch.Id}"]))
            await signal.WaitForExitAsync();
        await watch.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(ExitCode.Interrupted, watch.ExitCode);
    }
}
