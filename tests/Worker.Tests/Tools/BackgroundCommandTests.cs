using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

public class BackgroundCommandTests
{
    [Fact]
    public async Task A_command_in_the_background_runs_on_and_its_output_is_read_later()
    {
        using var folder = new TempWorkspace();
        var started = await folder.RunAsync(new BashTool(), """{"command": "echo first; until [ -e go ]; do sleep 0.05; done; echo second", "background": true}""");
        Assert.Contains("bg1", started.Text);

        Assert.Equal("first\n(running)", await ReadAsync(folder, 60));
        folder.Write("go", "");
        Assert.StartsWith("second\n", await ReadAsync(folder, 60));
        // Nothing more is printed, so that the news is its end.
        await folder.Context.Background.Find("bg1").NewsAsync();
        await folder.Context.Background.EndAfterAsync(Task.FromResult(0));
        Assert.Equal("(nothing new)\n(exit code 0)", await ReadAsync(folder, 0));
    }

    [Fact]
    public async Task It_is_killed_with_everything_it_started_when_the_attempt_ends_and_what_nobody_read_is_recorded()
    {
        using var folder = new TempWorkspace();
        var later = new List<string>();
        folder.Context = folder.Context with { Later = (_, text) => later.Add(text) };
        await folder.RunAsync(new BashTool(), """{"command": "echo $$ > pid; echo unread; touch done; sleep 1000", "background": true}""");
        Assert.True(SpinWait.SpinUntil(() => File.Exists(Path.Combine(folder.Root, "done")), TimeSpan.FromSeconds(20)));
        await folder.Context.Background.Find("bg1").NewsAsync();

        await folder.Context.Background.EndAfterAsync(Task.FromResult(0));

        Assert.Equal(["unread\n"], later);
        Assert.False(Directory.Exists($"/proc/{folder.Read("pid").Trim()}/cwd"));
    }

    [Fact]
    public async Task It_can_be_killed_by_the_agent()
    {
        using var folder = new TempWorkspace();
        await folder.RunAsync(new BashTool(), """{"command": "sleep 1000", "background": true}""");
        Assert.Equal("(nothing new)\n(killed)", (await folder.RunAsync(new BashOutputTool(), """{"id": "bg1", "kill": true}""")).Text);
    }

    [Fact]
    public async Task One_that_an_earlier_attempt_started_is_not_there()
    {
        using var folder = new TempWorkspace();
        var error = await Assert.ThrowsAsync<ToolException>(() => folder.RunAsync(new BashOutputTool(), """{"id": "bg1"}"""));
        Assert.Contains("earlier attempt", error.Message);
    }

    private static async Task<string> ReadAsync(TempWorkspace folder, int seconds) =>
        (await folder.RunAsync(new BashOutputTool(), $$"""{"id": "bg1", "wait_seconds": {{seconds}}}""")).Text;
}
