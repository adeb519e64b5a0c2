using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

public class BackgroundCommandTests
{
    [Fact]
    public async Task A_command_in_the_background_runs_on_and_its_output_is_read_later()
    {
        using var folder = new TempWorkspace();
        var started = await folder.Run(
            new BashTool(),
            """{"command": "echo first; until [ -e go ]; do sleep 0.05; done; echo second", "background": true}"""
        );
        Assert.Contains("bg1", started.Text);

        Assert.Equal("first\n(running)", await Read(folder, 60));
        folder.Write("go", "");
        Assert.StartsWith("second\n", await Read(folder, 60));
        // Nothing more is printed, so that the news is its end.
        await folder.Context.Background.Find("bg1").News();
        await folder.Context.Background.End("turn_over");
        Assert.Equal("(nothing new)\n(exit code 0)", await Read(folder, 0));
    }

    [Fact]
    public async Task It_is_killed_with_everything_it_started_when_the_turn_ends_and_all_that_it_printed_is_told()
    {
        using var folder = new TempWorkspace();
        var log = new ToldLog();
        folder.Context.Background.Attach(log);
        await folder.Run(new BashTool(), """{"command": "echo $$ > pid; echo unread; touch done; sleep 1000", "background": true}""");
        Assert.True(SpinWait.SpinUntil(() => File.Exists(Path.Combine(folder.Root, "done")), TimeSpan.FromMinutes(1)));
        await folder.Context.Background.Find("bg1").News();

        await folder.Context.Background.End("turn_over");

        Assert.Equal(["bg1 started", "bg1: unread", "bg1 killed turn_over"], log.Told);
        Assert.False(Directory.Exists($"/proc/{folder.Read("pid").Trim()}/cwd"));
    }

    [Fact]
    public async Task What_happens_while_no_attempt_runs_is_told_to_the_next_one()
    {
        using var folder = new TempWorkspace();
        var (first, second) = (new ToldLog(), new ToldLog());
        folder.Context.Background.Attach(first);
        await folder.Run(
            new BashTool(),
            """{"command": "until [ -e go ]; do sleep 0.05; done; echo meanwhile; exit 3", "background": true}"""
        );
        folder.Context.Background.Attach(null);
        folder.Write("go", "");
        Assert.True(SpinWait.SpinUntil(() => folder.Context.Background.Find("bg1").Ended, TimeSpan.FromMinutes(1)));

        folder.Context.Background.Attach(second);

        Assert.Equal(["bg1 started"], first.Told);
        Assert.Equal(["bg1: meanwhile", "bg1 exit code 3"], second.Told);
        Assert.Equal("meanwhile\n(exit code 3)", await Read(folder, 0));
    }

    [Fact]
    public async Task It_can_be_killed_by_the_agent()
    {
        using var folder = new TempWorkspace();
        await folder.Run(new BashTool(), """{"command": "sleep 1000", "background": true}""");
        Assert.Equal("(nothing new)\n(killed)", (await folder.Run(new BashOutputTool(), """{"id": "bg1", "kill": true}""")).Text);
    }

    [Fact]
    public async Task One_that_an_earlier_turn_started_is_not_there()
    {
        using var folder = new TempWorkspace();
        var error = await Assert.ThrowsAsync<ToolException>(() => folder.Run(new BashOutputTool(), """{"id": "bg1"}"""));
        Assert.Contains("earlier turn", error.Message);
    }

    private sealed class ToldLog : IBackgroundLog
    {
        public List<string> Told { get; } = [];

        public void Started(BackgroundCommand command) => Told.Add($"{command.Id} started");

        public void Printed(BackgroundCommand command, string text) => Told.Add($"{command.Id}: {text.Trim()}");

        public void Ended(BackgroundCommand command) => Told.Add($"{command.Id} {command.State} {command.Reason}".Trim());
    }

    private static async Task<string> Read(TempWorkspace folder, int seconds) =>
        (await folder.Run(new BashOutputTool(), $$"""{"id": "bg1", "wait_seconds": {{seconds}}}""")).Text;
}
