namespace Koda.Cli.Tests.Chat;

/// <summary>Chats at a screen that is drawn anew while things go on.</summary>
[Collection(LocalKodaCollection.Name)]
public sealed class TypedChatTests(LocalKoda koda)
{
    private const string Says = """[{text: "# All is well\n\n- `one`\n- **two**\n"}]""";

    private const string Slow = """[{delay_ms: 600000, text: "Never."}]""";

    [Fact]
    public async Task Messages_and_commands_are_edited_completed_and_found_again()
    {
        await koda.ApplyScript("says", Says);
        await using var person = new TypingPerson(koda, "chat", "--agent", "says");

        person.Keys.Types("How it?").Presses(ConsoleKey.LeftArrow, ConsoleModifiers.Control).Types("is ").Presses(ConsoleKey.Enter);
        await person.Sees("› How is it?\n\n# All is well\n\n• `one`\n• **two**\n");
        person.Keys.Types("/he").Presses(ConsoleKey.Tab).Presses(ConsoleKey.Enter);
        await person.Sees("lists these commands");
        person.Keys.Presses(ConsoleKey.UpArrow).Presses(ConsoleKey.UpArrow).Types("!").Presses(ConsoleKey.Enter);
        await person.Sees(seen => seen.Split("# All is well").Length == 3, "a second answer");
        person.Keys.Presses(ConsoleKey.D, ConsoleModifiers.Control);

        Assert.Equal(ExitCode.Ok, await person.Leaves());
        Assert.Contains("› How is it?!\n", person.Seen);
        Assert.EndsWith($"Go on with: koda chat --session {person.Seen[^36..]}", person.Seen);
    }

    [Fact]
    public async Task A_session_is_chosen_by_its_number()
    {
        await koda.ApplyScript("says", Says);
        var title = $"Older {Guid.NewGuid():n}";
        await using var person = new TypingPerson(koda, "chat", "--agent", "says");
        person.Says("Remember me.");
        await person.Sees("All is well");
        person.Says($"/title {title}");
        person.Says("/new");
        await person.Sees("session ");

        person.Says($"/sessions {title[..12].ToUpperInvariant()}");
        await person.Sees("Go on with number (Enter stays):");
        person.Says("7");
        await person.Sees("'7' is none of the numbers.");
        person.Says($"/sessions {title}");
        await person.Sees(seen => seen.Split("Go on with number").Length == 3, "the question once more");
        person.Says("1");

        await person.Sees(seen => seen.Split("› Remember me.").Length == 3, "the older session");
        person.Says("/sessions nothing-like-that");
        await person.Sees("No session of this directory has that in its title.");
    }

    [Fact]
    public async Task A_turn_folds_its_calls_shows_its_steps_and_unfolds_what_is_asked_for()
    {
        await koda.ApplyScript("worker", """
            [{tool_calls: [{tool: todo, arguments: {items: [{id: a, text: "Write it", state: done}, {id: b, text: "Test it", state: active}]}}]},
             {tool_calls: [{tool: write, arguments: {path: folded.txt, content: "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n"}}]},
             {tool_calls: [{tool: bash, arguments: {command: "echo from the shell"}}]}, {text: "Done."}]
            """, tools: "[todo, write, bash]");
        await using var person = new TypingPerson(koda, "chat", "--agent", "worker");

        person.Says("Go.");
        await person.Sees("\nDone.\n");
        File.Delete(Path.Combine(Directory.GetCurrentDirectory(), "folded.txt"));

        Assert.Contains("● todo  1 of 2 done\n  ☑ Write it\n  ▸ Test it\n", person.Seen);
        Assert.Matches(@"✓ write folded.txt  \+13 -0  [\d.]+ m?s  \[2\]\n", person.Seen);
        Assert.Contains("  +9\n  … 4 more lines: /show 2\n", person.Seen);
        Assert.Matches(@"✓ bash echo from the shell  [\d.]+ m?s  \[3\]\n", person.Seen);
        Assert.DoesNotContain("\nfrom the shell", person.Seen);
        person.Says("/show");
        await person.Sees("  from the shell");
        person.Says("/show 2");
        await person.Sees("  +13\n");
        person.Says("/show 99");
        await person.Sees("There is no call 99");
    }

    [Fact]
    public async Task What_is_typed_during_a_turn_waits_and_is_seen_to_wait()
    {
        var go = Path.Combine(Directory.GetCurrentDirectory(), $"go-{Guid.NewGuid():n}");
        await koda.ApplyScript(
            "waits",
            $$$"""
            [{tool_calls: [{tool: bash, arguments: {command: "echo started; until [ -e {{{Path.GetFileName(
                go)}}} ]; do sleep 0.1; done"}}]}, {text: "Ended."}]
            """
        );
        await using var person = new TypingPerson(koda, "chat", "--agent", "waits");
        person.Says("First.");
        await person.Sees("  │ started");
        Assert.Matches(@"working · \d+ s · Ctrl-C cancels", person.Seen);

        person.Says("Second.");
        await person.Sees("⋯ queued: Second.");
        person.Keys.Types("half a th");
        await person.Sees("› half a th");
        File.WriteAllText(go, "");

        await person.Sees(seen => seen.Split("Ended.").Length == 3, "both turns end");
        File.Delete(go);
        Assert.Contains("› Second.\n", person.Seen);
        Assert.DoesNotContain("queued", person.Seen);
        Assert.EndsWith("› half a th", person.Seen);
    }

    [Fact]
    public async Task Two_terminals_on_a_session_see_what_is_said_at_either()
    {
        await koda.ApplyScript("says", Says);
        await using var first = new TypingPerson(koda, "chat", "--agent", "says");
        first.Says("From the first.");
        await first.Sees("• **two**");
        await using var second = new TypingPerson(koda, "chat", "--continue");
        await second.Sees("› From the first.\n\n# All is well");

        second.Says("From the second.");
        await first.Sees("› From the second.\n\n# All is well");
        first.Says("Again the first.");
        await second.Sees("› Again the first.\n\n# All is well");

        Assert.True(second.Seen.Split("› From the first.").Length == 2, second.Seen);
        Assert.True(first.Seen.Split("› From the second.").Length == 2, first.Seen);
    }

    [Fact]
    public async Task A_question_takes_the_keyboard_and_gives_back_what_was_typed()
    {
        await koda.ApplyScript(
            "asks", """[{delay_ms: 1500, tool_calls: [{tool: write, arguments: {path: asked.txt, content: "x"}}]}, {text: "Went on."}]""",
            permissions: "[{tool: write, action: ask}]");
        await using var person = new TypingPerson(koda, "chat", "--agent", "asks");
        person.Says("Go.");
        await person.Sees("thinking");
        person.Keys.Types("meanwhile");
        await person.Sees("Allow it? [y]es");

        person.Says("n");
        await person.Sees("Went on.");

        Assert.Contains("write asked.txt", person.Seen);
        await person.Sees(seen => seen.EndsWith("› meanwhile", StringComparison.Ordinal), "what was typed");
    }

    [Fact]
    public async Task Interrupts_take_what_is_typed_cancel_the_turn_and_leave()
    {
        await koda.ApplyScript("slow", Slow);
        await using var person = new TypingPerson(koda, "chat", "--agent", "slow");
        await person.Sees("\n›");
        person.Keys.Types("oh no");
        await person.Sees("› oh no");
        person.PressesInterrupt();
        await person.Sees(seen => seen.EndsWith("Ctrl-C once more leaves.\n›", StringComparison.Ordinal), "nothing typed");

        person.Says("Take your time.");
        await person.Sees("thinking");
        person.Says("And then?");
        await person.Sees("⋯ queued: And then?");
        person.PressesInterrupt();
        await person.Sees("1 queued message dropped");
        await person.Sees("\ncancelled");

        person.PressesInterrupt();
        Assert.Equal(ExitCode.Ok, await person.Leaves());
    }

    [Fact]
    public async Task Older_messages_are_summed_up_when_the_person_says_so()
    {
        await koda.ApplyScript("talks", $$"""[{text: "{{string.Concat(Enumerable.Repeat("All is well. ", 2_000))}}"}]""");
        await using var person = new TypingPerson(koda, "chat", "--agent", "talks");
        person.Says("/compact");
        await person.Sees("There is nothing older to sum up yet.");
        person.Says("How is it?");
        await person.Sees("a script was played");

        person.Says("/compact");

        await person.Sees("older messages were replaced by a summary");
        await person.Sees("The older messages are summed up.");
        Assert.Equal(3, person.Seen.Split("› /compact\n").Length);
    }

    [Fact]
    public async Task What_was_typed_is_found_again_at_the_next_start()
    {
        await koda.ApplyScript("says", Says);
        var told = $"Told at {Guid.NewGuid():n}.";
        await using (var before = new TypingPerson(koda, "chat", "--agent", "says"))
        {
            before.Says(told);
            await before.Sees("• **two**");
        }
        await using var person = new TypingPerson(koda, "chat", "--agent", "says");
        await person.Sees("\n›");

        person.Keys.Types(told[8..20]).Presses(ConsoleKey.R, ConsoleModifiers.Control);

        await person.Sees($"› {told}\nsearched: {told[8..20]}");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(koda.Data, "chat.history")));
    }
}
