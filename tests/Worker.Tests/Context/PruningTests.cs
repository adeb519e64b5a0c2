using Koda.Worker.Context;
using Koda.Worker.Journal;
using Koda.Worker.Providers;
using Xunit;

namespace Koda.Worker.Tests.Context;

public class PruningTests
{
    [Fact]
    public void Old_results_are_left_out_and_the_newest_forty_thousand_tokens_stay()
    {
        var pruned = Pruning.Of(Results(count: 40, tokens: 2_000))!;
        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"c{i}"), pruned.CallIds);
        Assert.InRange(pruned.TokensSaved, 40_000, 41_000);
    }

    [Theory]
    [InlineData(29)]
    [InlineData(5)]
    public void Less_than_twenty_thousand_tokens_are_not_worth_it(int count) => Assert.Null(Pruning.Of(Results(count, tokens: 2_000)));

    [Fact]
    public void A_conversation_shows_the_model_that_a_result_was_left_out_and_leaves_it_out_once()
    {
        var conversation = new Conversation();
        conversation.Apply(new ModelStarted(1, "scripted", "scripted-1", [], ""));
        for (var i = 0; i < 2; i++)
        {
            // Some models give the same id again and again.
            conversation.Apply(
                Answer(new ReasoningBlock("Hm.", "c2ln"), new ToolCallBlock("c", "look", "{}")), new ModelUsage { InputTokens = 5_000 });
            conversation.Apply(new ToolFinished(1, "c", "look", ToolStatus.Ok, new string('x', 8_000), Truncated: false, 1));
        }
        var before = conversation.ContextTokens;

        conversation.Apply(new ContextPruned(["c"], 2_000));

        var results = conversation.Messages.SelectMany(message => message.Content).OfType<ToolResultBlock>().ToList();
        Assert.Contains("left out", results[0].Content);
        Assert.Equal(8_000, results[1].Content.Length);
        // A provider may insist on what it thought before its calls.
        Assert.Equal(2, conversation.Messages.SelectMany(message => message.Content).OfType<ReasoningBlock>().Count());
        Assert.InRange(before - conversation.ContextTokens, 1_900, 2_100);
    }

    private static Koda.Worker.Journal.ModelFinished Answer(params ContentBlock[] content) =>
        new(1, ModelMessageJson.Write(ModelMessage.Assistant(content)), ModelStopReason.ToolUse, 1, 1, 0);

    private static List<ModelMessage> Results(int count, int tokens) =>
        [.. Enumerable.Range(1, count).Select(i => ModelMessage.ToolResult($"c{i}", "read", new string('x', tokens * 4), isError: false))];
}
