using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Context;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Koda.Worker.Tests.Loop;
using Xunit;

namespace Koda.Worker.Tests.Context;

public class CompactionTests
{
    private const int Window = 20_000;

    [Fact]
    public async Task A_long_conversation_is_summed_up_and_its_newest_part_is_kept_word_for_word()
    {
        var model = Summing(ScriptedModel.Says("done"));
        using var turn = Attempt(model, LongTalk());

        Assert.Equal(new AttemptOutcome.Completed("done"), await turn.Run());

        var compacted = Assert.Single(turn.Journal.Payloads("context.compacted"));
        Assert.Equal(("What was before.", "model"), (compacted["summary"]!.GetValue<string>(), compacted["by"]!.GetValue<string>()));
        Assert.True(compacted["tokens_after"]!.GetValue<long>() < compacted["tokens_before"]!.GetValue<long>() / 2);
        var messages = model.Requests[^1].Messages;
        Assert.StartsWith(Compaction.Mark, messages[0].Text);
        Assert.Contains("What was before.", messages[0].Text);
        Assert.Equal("And now?", messages[^1].Text);
        Assert.Contains(messages, message => message.Text.StartsWith("question 20", StringComparison.Ordinal));
        Assert.InRange(messages.Skip(1).Sum(TokenEstimate.Of), Window / 6, Window / 3);
        // What is not kept was told to whoever summed up.
        Assert.Contains("question 1 ", model.Requests[0].Messages[0].Text);
    }

    [Fact]
    public async Task A_turn_that_asks_for_it_sums_up_long_before_the_context_is_full_and_asks_the_model_nothing_else()
    {
        var model = Summing(_ => throw new InvalidOperationException("Nothing is to be answered."));
        using var turn = Attempt(model, LongTalk(asked: "/compact"), window: 1_000_000, compacts: true);

        Assert.Equal(new AttemptOutcome.Completed("The older messages are summed up."), await turn.Run());

        Assert.Equal("What was before.", Assert.Single(turn.Journal.Payloads("context.compacted"))["summary"]!.GetValue<string>());
        Assert.Single(model.Requests);
    }

    [Fact]
    public async Task A_turn_that_asks_for_it_says_when_there_is_nothing_to_sum_up()
    {
        var journal = new MemoryJournal();
        journal.Talk(1, "Hello?", "Hello.", tokens: 20);
        journal.Ask(2, "/compact");
        var model = Summing(_ => throw new InvalidOperationException("Nothing is to be answered."));
        using var turn = Attempt(model, journal, compacts: true);

        Assert.Equal(new AttemptOutcome.Completed("There is nothing older to sum up yet."), await turn.Run());

        Assert.Empty(turn.Journal.Payloads("context.compacted"));
        Assert.Empty(model.Requests);
    }

    [Fact]
    public async Task At_most_ten_turns_are_kept()
    {
        var journal = new MemoryJournal();
        for (var i = 1; i <= 100; i++)
            journal.Talk(i, $"question {i} {new string('q', 300)}", $"answer {i} {new string('a', 300)}", tokens: 17_000);
        journal.Ask(101, "And now?");
        var model = Summing(ScriptedModel.Says("done"));
        using var turn = Attempt(model, journal);
        await turn.Run();
        Assert.Equal(10, model.Requests[^1].Messages.Skip(1).Count(message => message.Role == ModelRole.User));
    }

    [Theory]
    [InlineData("offline", false)]
    [InlineData("scripted", true)]
    public async Task Without_a_model_to_ask_the_summary_is_made_by_rule(string kind, bool fails)
    {
        var model = Summing(ScriptedModel.Says("done"));
        if (fails)
            model.Failures.Enqueue(new ProviderException(ProviderErrorCode.InvalidRequest, "No.", retryable: false));
        using var turn = Attempt(model, LongTalk(), kind);

        Assert.Equal(new AttemptOutcome.Completed("done"), await turn.Run());

        var compacted = Assert.Single(turn.Journal.Payloads("context.compacted"));
        Assert.Equal("rule", compacted["by"]!.GetValue<string>());
        Assert.Contains("question 3 ", compacted["summary"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_long_turn_is_summed_up_in_its_middle_and_knows_what_it_was_asked()
    {
        var model = LongTurn();
        var tool = new CountingTool("look", readOnly: false);
        using var turn = Attempt(model, Conversations.Asking("Find the needle."), tools: tool);

        Assert.Equal(new AttemptOutcome.Completed("done"), await turn.Run());

        Assert.Equal(30, tool.Calls.Distinct().Count());
        Assert.Equal(30, tool.Calls.Count);
        Assert.True(turn.Journal.Payloads("context.compacted").Count() >= 3);
        Assert.All(model.Requests.Where(request => request.Tools.Count > 0), request =>
        {
            Assert.Contains("Find the needle.", string.Concat(request.Messages.Select(message => message.Text)));
            Assert.True(request.Messages.Sum(TokenEstimate.Of) < Window);
        });
    }

    [Fact]
    public async Task A_turn_that_was_summed_up_goes_on_from_every_point_of_its_journal()
    {
        using var whole = Attempt(LongTurn(), Conversations.Asking("Find the needle."), tools: new CountingTool("look", readOnly: false));
        await whole.Run();
        var journal = whole.Journal.Events;
        for (var length = 1; length <= journal.Count; length++)
        {
            var before = journal.Take(length).ToList();
            // The server sends the journal from the last summary on.
            var from = before.FindLastIndex(recorded => recorded.Kind == "context.compacted");
            var tool = new CountingTool("look", readOnly: false);
            using var rest = Attempt(LongTurn(), new MemoryJournal(before.Skip(Math.Max(0, from))), tools: tool);
            Assert.Equal(new AttemptOutcome.Completed("done"), await rest.Run());
            var begun = before
                .Where(recorded => recorded.Kind == "tool.started")
                .Select(recorded => JsonNode.Parse(recorded.Payload)!["arguments"]!["n"]!.GetValue<string>());
            Assert.Empty(begun.Intersect(tool.Calls));
        }
    }

    [Fact]
    public async Task A_conversation_that_the_provider_finds_too_long_is_summed_up_once_and_asked_again()
    {
        var model = Summing(ScriptedModel.Says("done"));
        model.Failures.Enqueue(new ProviderException(ProviderErrorCode.ContextTooLong, "Too long.", retryable: false));
        using var turn = Attempt(model, LongTalk(), window: 0);

        Assert.Equal(new AttemptOutcome.Completed("done"), await turn.Run());
        Assert.Single(turn.Journal.Payloads("context.compacted"));
    }

    [Fact]
    public async Task A_conversation_that_stays_too_long_fails()
    {
        var model = Summing(ScriptedModel.Says("done"));
        var tooLong = new ProviderException(ProviderErrorCode.ContextTooLong, "Too long.", retryable: false);
        model.Failures.Enqueue(tooLong);
        using var turn = Attempt(new TooLong(model), LongTalk());

        Assert.Equal(ProviderErrorCode.ContextTooLong, Assert.IsType<AttemptOutcome.Failed>(await turn.Run()).Code);
    }

    [Fact]
    public async Task A_message_that_is_longer_than_what_the_model_reads_is_shortened()
    {
        var model = Summing(ScriptedModel.Says("done"));
        using var turn = Attempt(model, Conversations.Asking("Read this: " + new string('x', Window * 5)));

        Assert.Equal(new AttemptOutcome.Completed("done"), await turn.Run());

        var message = Assert.Single(model.Requests[^1].Messages);
        Assert.Contains("Read this: ", message.Text);
        Assert.True(model.Requests[^1].MayCallTools);
    }

    [Fact]
    public async Task When_nothing_is_left_to_sum_up_a_final_answer_is_asked_for_without_tools()
    {
        var model = new ScriptedModel(_ =>
            ModelMessage.Assistant(new TextBlock("As far as I came."), new ToolCallBlock("c", "look", """{"n": "1"}""")));
        var tool = new CountingTool("look", readOnly: true);
        using var turn = Attempt(model, Conversations.Asking(new string('x', Window * 4)), tools: tool);
        turn.CompactionPercent = 0;

        Assert.Equal(new AttemptOutcome.Completed("As far as I came."), await turn.Run());

        Assert.False(Assert.Single(model.Requests).MayCallTools);
        Assert.Contains("no room left", model.Requests[0].Messages[^1].Text);
        Assert.Equal("context_full", Assert.Single(turn.Journal.Payloads("guardrail.hit"))["rule"]!.GetValue<string>());
        Assert.Empty(tool.Calls);
    }

    [Fact]
    public async Task A_task_takes_care_of_its_context_as_a_turn_does()
    {
        var model = LongTurn();
        var tool = new CountingTool("look", readOnly: false);
        using var task = new AgentHarness(model, tool) { ContextTokens = Window, Time = new InstantTime() };

        Assert.Equal(new AttemptOutcome.Completed("done"), await task.Run());

        Assert.Equal(30, tool.Calls.Distinct().Count());
        Assert.True(task.Journal.Payloads("context.compacted").Count() >= 3);
        Assert.All(model.Requests.Where(request => request.Tools.Count > 0), request =>
        {
            Assert.Contains("Do it.", string.Concat(request.Messages.Select(message => message.Text)));
            Assert.True(request.Messages.Sum(TokenEstimate.Of) < Window);
        });
    }

    [Fact]
    public async Task A_task_whose_provider_finds_it_too_long_is_summed_up_and_asked_once_more()
    {
        using var first = new AgentHarness(LongTurn(), new CountingTool("look", readOnly: false)) { Time = new InstantTime() };
        await first.Run();
        var events = first.Journal.Events.Take(first.Journal.Events.Count - 2);
        var model = Summing(ScriptedModel.Says("done"));
        model.Failures.Enqueue(new ProviderException(ProviderErrorCode.ContextTooLong, "Too long.", retryable: false));
        using var second = new AgentHarness(model, new CountingTool("look", readOnly: false))
        {
            Journal = new MemoryJournal(events),
            Time = new InstantTime(),
        };

        Assert.Equal(new AttemptOutcome.Completed("done"), await second.Run());

        Assert.Single(second.Journal.Payloads("context.compacted"));
        Assert.Contains("Do it.", string.Concat(model.Requests[^1].Messages.Select(message => message.Text)));
    }

    /// <summary>Answers like another model, but finds everything too long that it is asked in the conversation.</summary>
    private sealed class TooLong(IModelProvider inner) : IModelProvider
    {
        public IAsyncEnumerable<ModelEvent> Stream(ModelRequest request, CancellationToken cancellationToken) =>
            request.System.Contains("summary", StringComparison.Ordinal)
                ? inner.Stream(request, cancellationToken)
                : throw new ProviderException(ProviderErrorCode.ContextTooLong, "Too long.", retryable: false);
    }

    private static MemoryJournal LongTalk(string asked = "And now?")
    {
        var journal = new MemoryJournal();
        for (var i = 1; i <= 20; i++)
            journal.Talk(i, $"question {i} {new string('q', 1_700)}", $"answer {i} {new string('a', 1_700)}", tokens: i * 850);
        journal.Ask(21, asked);
        return journal;
    }

    // Thirty calls whose arguments and results are about 1,000 tokens each.
    private static ScriptedModel LongTurn()
    {
        return Summing(request =>
        {
            var done = request.Messages.SelectMany(message => message.Content).OfType<ToolResultBlock>().LastOrDefault();
            var last = done is null ? 0 : int.Parse(done.CallId[1..], System.Globalization.CultureInfo.InvariantCulture);
            return last == 30
                ? ModelMessage.Assistant(new TextBlock("done"))
                : ModelMessage.Assistant(
                    new ToolCallBlock($"c{last + 1}", "look", $$"""{"n": "{{last + 1}} {{new string('n', 4_000)}}"}"""));
        });
    }

    private static ScriptedModel Summing(Func<ModelRequest, ModelMessage> otherwise) =>
        new(request =>
            request.System.Contains("summary", StringComparison.Ordinal)
                ? ModelMessage.Assistant(new TextBlock("What was before."))
                : otherwise(request))
        {
            Usage = new ModelUsage(),
        };

    private static AgentHarness Attempt(
        IModelProvider model, MemoryJournal journal, string kind = "scripted", int window = Window, bool compacts = false,
        params CountingTool[] tools) =>
        new(model, tools)
        {
            Turn = new Turn { Number = 21, Compacts = compacts },
            ContextTokens = window,
            Journal = journal,
            Kind = kind,
            Time = new InstantTime(),
        };
}
