using System.Text.Json;
using Koda.Testing;

namespace Koda.Cli.Tests.Chat;

[Collection(LocalKodaCollection.Name)]
public sealed class ChatCommandTests(LocalKoda koda)
{
    private const string Says = """[{text: "All is well."}]""";

    // The sandbox has a /tmp of its own, which needs no question.
    private readonly string _beyond = $"/var/tmp/koda-chat-{Guid.NewGuid():n}";

    private string Asks => $$$"""[{tool_calls: [{tool: bash, arguments: {command: "touch {{{_beyond}}}"}}]}, {text: "Went on."}]""";

    [Fact]
    public async Task A_question_of_a_script_is_answered_on_stdout_alone()
    {
        await koda.ApplyScript("says", Says);

        var chat = await koda.Run("chat", "-p", "How is it?", "--agent", "says");

        Assert.Equal(ExitCode.Ok, chat.ExitCode);
        Assert.StartsWith("All is well.", chat.Out);
        Assert.DoesNotContain("All is well.", chat.Error);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_missed_before_the_agent_is_asked()
    {
        await koda.ApplyScript("says", Says);

        var chat = await koda.Run("chat", "-p", "How is it?", "--agent", "says", "--file", "no-such-file.txt");

        Assert.Equal(ExitCode.Usage, chat.ExitCode);
        Assert.Contains("There is no file 'no-such-file.txt'", chat.Error);
        Assert.DoesNotContain("All is well.", chat.Out);
    }

    [Fact]
    public async Task As_JSON_the_answer_comes_with_its_session_and_its_cost()
    {
        await koda.ApplyScript("says", Says);

        var chat = await koda.RunWithInput("How is it?", "chat", "-p", "-", "--agent", "says", "--json");

        var result = JsonDocument.Parse(chat.Out).RootElement;
        Assert.StartsWith("All is well.", result.GetProperty("answer").GetString());
        Assert.Equal("succeeded", result.GetProperty("state").GetString());
        Assert.Equal(JsonValueKind.Null, result.GetProperty("error").ValueKind);
        Assert.Equal(
            ExitCode.Ok,
            (await koda.Run("chat", "-p", "And now?", "--session", result.GetProperty("session_id").GetString()!)).ExitCode);
    }

    [Fact]
    public async Task Unseen_what_would_be_asked_is_refused_and_with_yes_it_is_allowed()
    {
        await koda.ApplyScript("asks", Asks);
        var refused = await koda.Run("chat", "-p", "Go beyond.", "--agent", "asks");
        Assert.Equal(ExitCode.Ok, refused.ExitCode);
        Assert.Contains("✗", refused.Error);
        Assert.False(File.Exists(_beyond));

        var allowed = await koda.Run("chat", "-p", "Go beyond.", "--agent", "asks", "--yes");
        Assert.Equal(ExitCode.Ok, allowed.ExitCode);
        Assert.Contains("✓", allowed.Error);
        Assert.True(File.Exists(_beyond));
        File.Delete(_beyond);
    }

    [Fact]
    public async Task A_chat_shows_what_is_said_and_asks_before_it_leaves_the_workspace()
    {
        await koda.ApplyScript("asks", Asks);

        var chat = await koda.RunWithInput("Go beyond.\nperhaps\nreject\n/cost\n/nonsense\n/quit\n", "chat", "--agent", "asks");

        Assert.Equal(ExitCode.Ok, chat.ExitCode);
        Assert.Contains($"● bash touch {_beyond}", chat.Error);
        Assert.Contains("Allow it? [y]es, [a]lways", chat.Error);
        Assert.Contains("Went on.", chat.Error);
        Assert.Contains("There is no command '/nonsense'", chat.Error);
        Assert.Contains("Go on with: koda chat --session", chat.Error);
    }

    [Fact]
    public async Task A_session_is_gone_on_with_and_branched()
    {
        await koda.ApplyScript("says", Says);
        await koda.RunWithInput("Remember the heron.\n", "chat", "--agent", "says");

        var chat = await koda.RunWithInput("/branch 1\n/title A branch\n/sessions\n/branch 7\n", "chat", "--continue");

        Assert.Equal(ExitCode.Ok, chat.ExitCode);
        Assert.Contains("› Remember the heron.", chat.Error);
        Assert.Contains("branched into session", chat.Error);
        Assert.Contains("A branch", chat.Error);
        Assert.Contains("There is no turn 7.", chat.Error);
    }

    [Fact]
    public async Task Another_agent_and_model_can_be_chosen()
    {
        await koda.ApplyScript("says", Says);

        var chat = await koda.RunWithInput(
            "/agent\n/agent says\n/agent nobody\n/model\n/variant high\nWell?\n", "chat", "--agent", "explorer");

        Assert.Contains("* explorer", chat.Error);
        Assert.Contains("says answers from now on", chat.Error);
        Assert.Contains("error: the agent id ", chat.Error);
        Assert.Contains("All is well.", chat.Error);
    }

    [Fact]
    public async Task What_a_turn_did_to_the_files_is_shown_undone_and_brought_back()
    {
        await koda.ApplyScript(
            "writer",
            """[{tool_calls: [{tool: write, arguments: {path: made.txt, content: "hello\n"}}]}, {text: "Written."}]"""
        );
        var made = Path.Combine(koda.Workspace, "made.txt");

        var chat = await koda.RunWithInput("Write it.\n/snapshots\n/diff\n/undo\n/diff\n", "chat", "--agent", "writer");
        Assert.Contains("Write it.", chat.Error[chat.Error.IndexOf("   1  ", StringComparison.Ordinal)..]);
        Assert.Contains("+++ b/made.txt\n  @@ -0,0 +1 @@\n  +hello\n", chat.Error);
        Assert.Contains("Nothing is changed.", chat.Error);
        Assert.False(File.Exists(made));

        await koda.RunWithInput("/restore 1\n", "chat", "--continue");
        Assert.Equal("hello\n", File.ReadAllText(made));
        File.Delete(made);
    }

    [Fact]
    public async Task Subagents_that_ask_at_once_are_answered_one_after_the_other()
    {
        await koda.ApplyScript(
            "scribe", """[{tool_calls: [{tool: write, arguments: {path: note.txt, content: "x"}}]}, {text: "Tried."}]""", mode: "subagent",
            permissions: "[{tool: write, action: ask}]");
        await koda.ApplyScript("lead", """
            [{tool_calls: [{tool: task, arguments: {agent: scribe, prompt: "One."}}, {tool: task, arguments: {agent: scribe, prompt: "Two."}}]}, {text: "Both asked."}]
            """, tools: "[task]");

        var chat = await koda.RunWithInput("Go.\nr\nr\n", "chat", "--agent", "lead");

        Assert.Equal(2, chat.Error.Split("scribe: write note.txt").Length - 1);
        Assert.Contains("Both asked.", chat.Error);
        Assert.DoesNotContain("settled elsewhere", chat.Error);
    }

    [Fact]
    public async Task The_servers_of_tools_are_listed_and_read_again()
    {
        await koda.ApplyScript("plain", Says);
        var servers = Path.Combine(koda.Data, "worker", "mcp.json");
        await File.WriteAllTextAsync(
            servers,
            """{"mcpServers": {"gone": {"command": "/no/such/program"}, "later": {"command": "/no/such/program", "disabled": true}}}"""
        );

        var chat = await koda.RunWithInput("/mcp refresh\n", "chat", "--agent", "plain");
        File.Delete(servers);

        Assert.Contains("0 tools", chat.Error);
        Assert.Matches(@"gone\s+does not answer", chat.Error);
        Assert.Matches(@"later\s+off", chat.Error);
    }

    [Fact]
    public async Task An_agent_beside_the_session_is_started_and_listed()
    {
        await koda.ApplyScript("plain", Says);
        await koda.ApplyScript("aside", """[{text: "Seen."}]""", mode: "subagent");

        var chat = await koda.RunWithInput("/task aside Look around.\n/task aside\n/subagents\n", "chat", "--agent", "plain");

        Assert.Contains("aside works in session", chat.Error);
        Assert.Contains("Name an agent and its work", chat.Error);
        Assert.Contains("aside  Look around.", chat.Error);
    }

    [Fact]
    public async Task A_turn_that_fails_says_why_and_exits_with_1()
    {
        await koda.ApplyScript(
            "fails",
            """[{error: {code: "provider.credential_invalid", message: "No such key.", retryable: false}}]"""
        );

        var chat = await koda.Run("chat", "-p", "?", "--agent", "fails", "--json");

        Assert.Equal(ExitCode.Failed, chat.ExitCode);
        Assert.Equal("No such key.", JsonDocument.Parse(chat.Out).RootElement.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Interrupted_once_the_turn_is_cancelled_and_the_chat_goes_on()
    {
        await koda.ApplyScript("slow", """[{delay_ms: 600000, text: "Never."}]""");
        await using var person = new ChatPerson(koda, "chat", "--agent", "slow");
        await person.Sees("› ");
        person.Types("Take your time.");
        await person.SeesSession(turn => turn.Active);

        person.PressesInterrupt();
        await person.Sees("cancelled");
        await person.Sees("› ", count: 2);
        person.PressesInterrupt();

        Assert.Equal(ExitCode.Ok, await person.Leaves());
    }

    [Fact]
    public async Task A_turn_of_another_chat_is_followed_by_who_comes_to_its_session_and_by_who_wants_to_speak_in_it()
    {
        await koda.ApplyScript("slow", """[{delay_ms: 600000, text: "Never."}]""");
        await using var first = new ChatPerson(koda, "chat", "--agent", "slow");
        await first.Sees("› ");
        await using var second = new ChatPerson(koda, "chat", "--continue");
        await second.Sees("› ");
        first.Types("Take your time.");
        await first.SeesSession(turn => turn.Active);
        var session = await first.Session();

        second.Types("And me?");
        await second.Sees("say it again when it has ended");
        await using var third = new ChatPerson(koda, "chat", "--agent", "slow");
        await third.Sees("› ");
        third.Types($"/sessions {session}");
        await third.Sees("› Take your time.");
        first.PressesInterrupt();

        await second.Sees("cancelled");
        await third.Sees("cancelled");
    }

    [Fact]
    public async Task A_question_of_a_turn_that_the_person_cancels_is_not_said_to_be_settled_elsewhere()
    {
        await koda.ApplyScript("asks", Asks);
        await using var person = new ChatPerson(koda, "chat", "--agent", "asks");
        await person.Sees("› ");
        person.Types("Go.");
        await person.Sees("Allow it?");

        person.PressesInterrupt();
        await person.Sees("cancelled");
        await person.Sees("› ", count: 2);

        Assert.DoesNotContain("settled elsewhere", person.Seen);
    }

    [Fact]
    public async Task An_interrupt_while_the_message_is_on_its_way_cancels_its_turn()
    {
        await koda.ApplyScript("slow", """[{delay_ms: 600000, text: "Never."}]""");
        await using var link = new HeldLink(new Uri(koda.Url));
        await using var person = new ChatPerson(koda, link.Url, "chat", "--agent", "slow");
        await person.Sees("› ");
        link.Hold();
        person.Types("Take your time.");
        await Eventually.IsTrue(() => Task.FromResult(link.Kept > 0), "the message is on its way");

        person.PressesInterrupt();
        await person.Sees("Cancelling");
        link.LetThrough();

        await person.Sees("cancelled");
        await person.Sees("› ", count: 2);
        person.PressesInterrupt();
        Assert.Equal(ExitCode.Ok, await person.Leaves());
    }

    [Fact]
    public async Task Interrupted_twice_the_person_leaves_and_the_turn_is_cancelled_all_the_same()
    {
        await koda.ApplyScript("slow", """[{delay_ms: 600000, text: "Never."}]""");
        await using var person = new ChatPerson(koda, "chat", "--agent", "slow");
        await person.Sees("› ");
        person.Types("Take your time.");
        await person.SeesSession(turn => turn.Active);

        person.PressesInterrupt();
        person.PressesInterrupt();

        Assert.Equal(ExitCode.Ok, await person.Leaves());
        await person.SeesSession(turn => turn.State == Code.TurnState.Cancelled);
    }
}
