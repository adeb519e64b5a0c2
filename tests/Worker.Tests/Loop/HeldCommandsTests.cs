using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Journal;
using Koda.Worker.Loop;
using Koda.Worker.Session;
using Koda.Worker.Tests.Mcp;
using Koda.Worker.Tests.Tools;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public sealed class HeldCommandsTests : IAsyncLifetime
{
    private static readonly AttemptOutcome s_waits = new AttemptOutcome.Suspended(new ApprovalRequest());

    private readonly TempWorkspace _folder = new();
    private readonly MemoryJournal _journal = new();
    private readonly StepTime _time = new();
    private HeldCommands _held = null!;

    public Task InitializeAsync()
    {
        _held = new HeldCommands(_time);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _held.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task They_go_on_while_the_turn_waits_and_are_read_by_its_next_attempt()
    {
        await Attempt(1, s_waits, background => Start(background, "echo one; until [ -e go ]; do sleep 0.05; done; echo two"));
        _folder.Write("go", "");

        await Attempt(1, new AttemptOutcome.Completed("done"), async background =>
        {
            await background.Find("bg1").News();
            Assert.True(SpinWait.SpinUntil(() => background.Find("bg1").Ended, TimeSpan.FromMinutes(1)));
            Assert.Equal("one\ntwo\n", background.Find("bg1").Read().Text);
        });

        Assert.Equal("one\ntwo\n", string.Concat(_journal.Payloads("tool.output").Select(output => output["text"])));
        Assert.Equal([("bg1", "exit code 0", null)], Ends());
    }

    [Fact]
    public async Task They_end_with_the_turn()
    {
        await Attempt(1, s_waits, background => Start(background, "sleep 1000"));
        await Attempt(1, new AttemptOutcome.Completed("done"), _ => Task.CompletedTask);
        Assert.Equal([("bg1", "killed", "turn_over")], Ends());
    }

    [Fact]
    public async Task They_end_when_the_next_turn_comes_and_no_id_is_given_twice()
    {
        await Attempt(1, s_waits, background => Start(background, "sleep 1000"));
        await Attempt(2, new AttemptOutcome.Completed("done"), background => Start(background, "true"));
        Assert.Equal(("bg1", "killed", "turn_over"), Ends()[0]);
        Assert.Equal(["bg1", "bg2"], _journal.Payloads("background.started").Select(started => (string?)started["id"]));
    }

    [Fact]
    public async Task They_end_when_nobody_comes_back_and_what_they_printed_is_kept()
    {
        BackgroundCommand? command = null;
        await Attempt(1, s_waits, async background =>
        {
            await Start(background, "echo hello; sleep 1000");
            command = background.Find("bg1");
            await command.News();
        });

        _time.Pass(HeldCommands.Patience);

        Assert.True(SpinWait.SpinUntil(() => command!.Ended, TimeSpan.FromMinutes(1)));
        await Attempt(1, new AttemptOutcome.Completed("done"), background =>
        {
            Assert.Equal("hello\n", background.Find("bg1").Read().Text);
            return Task.CompletedTask;
        });
        Assert.Equal([("bg1", "killed", "idle")], Ends());
    }

    [Fact]
    public async Task A_turn_that_was_cancelled_while_it_waited_keeps_none_of_them()
    {
        BackgroundCommand? command = null;
        await Attempt(1, s_waits, async background =>
        {
            await Start(background, "sleep 1000");
            command = background.Find("bg1");
        });
        _held.End("task-1");
        Assert.True(SpinWait.SpinUntil(() => command!.Ended, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task The_next_worker_records_that_they_ended_with_the_one_that_died_and_tells_the_model()
    {
        await Attempt(1, s_waits, background => Start(background, "sleep 1000"));
        await using var other = new HeldCommands(_time);
        var conversation = Rebuilt();
        var recorder = new Recorder(_journal, conversation, new Redactor([]));
        using var log = new BackgroundLog(recorder, new Redactor([]), _time);

        var commands = await other.Take(Assignment(1), conversation, recorder, log);

        Assert.Equal([("bg1", "killed", "worker_gone")], Ends());
        Assert.Contains("bg1 (sleep 1000) ended with the worker", Assert.Single(conversation.Notes));
        Assert.Contains("a worker that is gone", Assert.Throws<ToolException>(() => commands.Find("bg1")).Message);
        Assert.Empty(Rebuilt().Background);
        Assert.Equal("bg2", commands.Start("true", _folder.Context).Id);
    }

    [Fact]
    public void A_compacted_conversation_still_knows_which_of_them_run()
    {
        var kept = new KeptEvents();
        foreach (var (kind, id) in new[] { ("started", "bg1"), ("started", "bg2"), ("ended", "bg1"), ("started", "bg3"), ("ended", "bg3") })
            kept.Add($"background.{kind}", $$"""{"call_id":"c","id":"{{id}}","command":"x","state":"killed"}""");
        Assert.Equal(
            ["started bg2", "started bg3", "ended bg3"], kept.All.Select(one => $"{one.Kind["background.".Length..]} {one.Payload["id"]}"));
    }

    private async Task Attempt(int turn, AttemptOutcome outcome, Func<BackgroundCommands, Task> work)
    {
        var conversation = Rebuilt();
        var recorder = new Recorder(_journal, conversation, new Redactor([]));
        using var log = new BackgroundLog(recorder, new Redactor([]), TimeProvider.System);
        var commands = await _held.Take(Assignment(turn), conversation, recorder, log);
        await _held.Run(Assignment(turn), commands, Work());

        async Task<AttemptOutcome> Work()
        {
            await work(commands);
            return outcome;
        }
    }

    private async Task Start(BackgroundCommands background, string line)
    {
        _folder.Context = _folder.Context with { Background = background, Origin = new CallOrigin(1, "c1", "bash") };
        await _folder.Run(new BashTool(), new JsonObject { ["command"] = line, ["background"] = true }.ToJsonString());
    }

    private Conversation Rebuilt()
    {
        var conversation = new Conversation();
        foreach (var recorded in _journal.Events)
            conversation.Apply(recorded);
        return conversation;
    }

    private (string?, string?, string?)[] Ends() =>
        [
            .. _journal
                .Payloads("background.ended")
                .Select(ended => ((string?)ended["id"], (string?)ended["state"], (string?)ended["reason"])),
        ];

    private static Assignment Assignment(int turn) =>
        new()
        {
            TaskId = $"task-{turn}",
            Turn = new Turn { ConversationId = "one", Number = turn },
        };
}
