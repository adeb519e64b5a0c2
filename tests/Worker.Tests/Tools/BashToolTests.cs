using System.Diagnostics;
using System.Text.Json;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

public class BashToolTests
{
    [Fact]
    public async Task A_command_gives_its_output_and_exit_code()
    {
        using var folder = new TempWorkspace();

        var good = await Run(folder, "echo hello; pwd");
        var bad = await Run(folder, "echo problem >&2; exit 3");

        Assert.Equal($"hello\n{folder.Root}\n(exit code 0)", good.Text);
        Assert.False(good.IsError);
        Assert.Equal("problem\n(exit code 3)", bad.Text);
        Assert.True(bad.IsError);
        Assert.Contains("hello", folder.Output);
    }

    [Fact]
    public async Task A_command_sees_nothing_of_the_workers_environment()
    {
        using var folder = new TempWorkspace();
        Environment.SetEnvironmentVariable("KODA_TEST_SECRET", "sk-1");

        var result = await Run(folder, "env; test -z \"$KODA_TEST_SECRET\"");

        Assert.False(result.IsError);
        Assert.DoesNotContain("sk-1", result.Text);
    }

    [Fact]
    public async Task A_gigabyte_of_output_costs_neither_memory_nor_disk()
    {
        using var folder = new TempWorkspace();
        var before = Process.GetCurrentProcess().WorkingSet64;

        var result = await Run(folder, "echo begin; head -c 1000000000 /dev/zero | tr '\\0' x; echo; echo end");

        Assert.StartsWith("begin\n", result.Text);
        Assert.EndsWith("end\n(exit code 0)", result.Text);
        Assert.InRange(result.Text.Length, 32_000, 34_000);
        Assert.InRange(folder.Output.Length, 1, 300_000);
        Assert.InRange(Process.GetCurrentProcess().WorkingSet64 - before, long.MinValue, 500_000_000);
    }

    [Fact]
    public async Task A_command_that_never_ends_is_killed_with_everything_it_started()
    {
        using var folder = new TempWorkspace();
        folder.Context = folder.Context with { CommandTimeout = TimeSpan.FromSeconds(3) };

        var result = await Run(folder, "sleep 1000 & echo $!; (sleep 1000 & wait)& wait");

        Assert.Contains("killed after 3 seconds", result.Text);
        Assert.True(result.IsError);
        AssertGone(int.Parse(result.Text.Split('\n')[0], System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task What_a_command_leaves_in_the_background_is_killed()
    {
        using var folder = new TempWorkspace();
        var result = await Run(folder, "sleep 1000 & echo $!");
        AssertGone(int.Parse(result.Text.Split('\n')[0], System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_process_that_leaves_the_group_is_killed_too()
    {
        using var folder = new TempWorkspace();
        var result = await Run(
            folder, "setsid sh -c 'echo $$ > pid; exec sleep 1000' & until [ -s pid ]; do sleep 0.05; done; cat pid");
        AssertGone(int.Parse(result.Text.Split('\n')[0], System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_cancelled_command_is_killed()
    {
        using var folder = new TempWorkspace();
        using var cancel = new CancellationTokenSource();
        var pid = Path.Combine(folder.Root, "pid");
        var running = Run(folder, "echo $$ > pid.tmp; mv pid.tmp pid; sleep 1000", cancel.Token);
        Assert.True(SpinWait.SpinUntil(() => File.Exists(pid), TimeSpan.FromMinutes(1)));

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        AssertGone(int.Parse(File.ReadAllText(pid), System.Globalization.CultureInfo.InvariantCulture));
    }

    [SandboxFact]
    public async Task A_sandbox_hides_the_machine_and_the_network_and_shares_the_workspace()
    {
        using var folder = new TempWorkspace();
        folder.Context = folder.Context with { Sandbox = TestSandbox.Here };
        File.WriteAllText(Path.Combine(folder.Outside, "secret"), "top secret");

        var result = await Run(
            folder, $"echo made > made.txt; cat {folder.Outside}/secret; touch /usr/x; cat /etc/shadow; cat /proc/net/dev");

        Assert.Equal("made\n", folder.Read("made.txt"));
        Assert.DoesNotContain("top secret", result.Text);
        Assert.DoesNotContain("root:", result.Text);
        Assert.DoesNotContain("eth0", result.Text);
        Assert.Contains("Read-only file system", result.Text);
    }

    [SandboxFact]
    public async Task A_command_in_a_sandbox_outlives_the_thread_that_asked_for_it()
    {
        using var folder = new TempWorkspace();
        folder.Context = folder.Context with { Sandbox = TestSandbox.Here };
        Task<ToolResult>? running = null;
        var asking = new Thread(() => running = Run(folder, "touch started; until [ -e go ]; do sleep 0.05; done; echo alive"));

        asking.Start();
        asking.Join();
        Assert.True(
            SpinWait.SpinUntil(() => File.Exists(Path.Combine(folder.Root, "started")) || running!.IsCompleted, TimeSpan.FromMinutes(1)));
        folder.Write("go", "");

        Assert.Equal("alive\n(exit code 0)", (await running!).Text);
    }

    [SandboxFact]
    public async Task A_sandbox_takes_its_processes_with_it()
    {
        using var folder = new TempWorkspace();
        folder.Context = folder.Context with { Sandbox = TestSandbox.Here, CommandTimeout = TimeSpan.FromSeconds(1) };
        var mark = $"1000.{Random.Shared.Next(1, int.MaxValue)}";

        var result = await Run(folder, $"setsid sleep {mark} & sleep {mark}");

        Assert.Contains("killed after 1 seconds", result.Text);
        Assert.True(SpinWait.SpinUntil(() => !Runs(mark), TimeSpan.FromMinutes(1)));
    }

    [SandboxTheory]
    [InlineData("end")]
    [InlineData("timeout")]
    [InlineData("cancel")]
    public async Task Whoever_stops_the_processes_of_a_sandbox_keeps_no_call_waiting(string how)
    {
        using var folder = new TempWorkspace();
        using var cancel = new CancellationTokenSource();
        folder.Context = folder.Context with
        {
            Sandbox = TestSandbox.Here,
            CommandTimeout = TimeSpan.FromSeconds(how == "timeout" ? 10 : 1000),
        };
        var mark = $"1000.{Random.Shared.Next(1, int.MaxValue)}";
        var running = Run(
            folder,
            $"kill -STOP 1; touch started; until [ -e go ]; do sleep 0.05; done; {(how == "end" ? $": {mark}" : $"sleep {mark}")}",
            cancel.Token);
        Assert.True(
            SpinWait.SpinUntil(() => File.Exists(Path.Combine(folder.Root, "started")) || running.IsCompleted, TimeSpan.FromMinutes(1)));
        foreach (var process in Process.GetProcessesByName("bwrap").Where(process => Holds(process.Id, mark)))
            Assert.Equal(0, NativeFiles.Kill(process.Id, 19));
        folder.Write("go", "");
        if (how == "cancel")
            await cancel.CancelAsync();

        if (how == "cancel")
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(TimeSpan.FromMinutes(2)));
        else
            Assert.EndsWith(
                how == "end" ? "(exit code 0)" : "(killed after 10 seconds)", (await running.WaitAsync(TimeSpan.FromMinutes(2))).Text);
        Assert.True(SpinWait.SpinUntil(() => !Process.GetProcesses().Any(process => Holds(process.Id, mark)), TimeSpan.FromMinutes(1)));
    }

    private static bool Holds(int process, string argument)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Contains(argument, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool Runs(string argument) =>
        Process
            .GetProcessesByName("sleep")
            .Any(process =>
                File.Exists($"/proc/{process.Id}/cmdline")
                && File.ReadAllText($"/proc/{process.Id}/cmdline").Contains(argument, StringComparison.Ordinal));

    private static Task<ToolResult> Run(TempWorkspace folder, string command, CancellationToken cancellationToken = default) =>
        folder.Run(new BashTool(), $$"""{"command": {{JsonSerializer.Serialize(command)}}}""", cancellationToken);

    private static void AssertGone(int pid) =>
        Assert.True(
            SpinWait.SpinUntil(
                () => !Directory.Exists($"/proc/{pid}") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z "),
                TimeSpan.FromMinutes(1)),
            $"Process {pid} still runs.");
}
