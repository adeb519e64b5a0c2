namespace Koda.Cli.Tests.Chat;

/// <summary>What goes along with messages.</summary>
[Collection(LocalKodaCollection.Name)]
public sealed class ContextTests(LocalKoda koda)
{
    private const string Says = """[{text: "All is well."}]""";

    [Fact]
    public async Task A_command_of_the_person_runs_in_the_workspace_and_its_output_goes_along_once()
    {
        await koda.ApplyScript("says", Says);

        var chat = await koda.RunWithInput(
            "!echo out; echo err >&2; pwd; exit 3\nSee?\nAgain?\n!echo dropped\n"
            + "/drop\nThird?\n/export said.md\n/export said.md\n", "chat", "--agent", "says");

        Assert.Contains(
            $"  out\n  err\n  {koda.Workspace}\nexit code 3. Along with the next message goes the output of 'echo out", chat.Error);
        Assert.Contains("Left out: the output of 'echo dropped'.", chat.Error);
        Assert.Contains("said.md' was not written", chat.Error);
        var file = Path.Combine(koda.Workspace, "said.md");
        var said = await File.ReadAllTextAsync(file);
        File.Delete(file);
        Assert.Contains(
            $"See?\n\nI ran `echo out; echo err >&2; pwd; exit 3` (exit code 3):\n~~~~\nout\nerr\n{koda.Workspace}\n~~~~\n", said);
        Assert.Equal(2, said.Split("~~~~\nout").Length);
        Assert.DoesNotContain("dropped", said);
    }

    [Fact]
    public async Task A_skill_is_found_in_the_list_and_goes_along()
    {
        await koda.ApplyScript("says", Says);

        var chat = await koda.RunWithInput(
            "/skill\n/skill write-tests\nGo.\n/skill nonsense\n/help\n/export skilled.md\n", "chat", "--agent", "says");

        Assert.Matches(@"  write-tests +\S", chat.Error);
        Assert.Contains("Along with the next message goes the skill write-tests", chat.Error);
        Assert.Contains("error: ", chat.Error);
        Assert.Contains("Who answers\n  /agent [ID]", chat.Error);
        var file = Path.Combine(koda.Workspace, "skilled.md");
        Assert.Contains("Go.\n\nWork by this skill, ", await File.ReadAllTextAsync(file));
        File.Delete(file);
    }
}
