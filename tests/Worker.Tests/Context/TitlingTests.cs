using System.Runtime.CompilerServices;
using Koda.Protos.Worker.V1;
using Koda.Worker.Context;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Koda.Worker.Tests.Loop;
using Xunit;

namespace Koda.Worker.Tests.Context;

public class TitlingTests
{
    private const string Asked = "Please look at the  parser\nand fix it, because it takes commas for the ends of numbers in German texts.";

    [Fact]
    public async Task A_model_names_the_conversation_beside_its_first_turn()
    {
        var tool = new CountingTool("look", readOnly: true);
        using var turn = Attempt(new TitledModel("**Title: \"Commas in the parser.\"**\n\nHope that helps"), tool);
        // The turn goes on when the title is there.
        tool.During = async (_, cancellationToken) =>
        {
            while (!turn.Journal.Payloads("conversation.titled").Any()) await Task.Delay(5, cancellationToken);
        };

        Assert.Equal(new AttemptOutcome.Completed("done"), await turn.Run());

        Assert.Equal("Commas in the parser", Title(turn));
        var titled = Assert.Single(turn.Journal.Events, recorded => recorded.Kind == "conversation.titled");
        Assert.Contains("\"cost_micros\":3", titled.Usage);
    }

    [Fact]
    public async Task An_answer_without_a_title_is_paid_for_all_the_same()
    {
        var tool = new CountingTool("look", readOnly: true);
        using var turn = Attempt(new TitledModel(" "), tool);
        tool.During = async (_, cancellationToken) =>
        {
            while (!turn.Journal.Payloads("conversation.titled").Any()) await Task.Delay(5, cancellationToken);
        };

        await turn.Run();

        Assert.StartsWith("Please look at the parser", Title(turn));
        Assert.Contains("\"cost_micros\":3", turn.Journal.Events.Single(recorded => recorded.Kind == "conversation.titled").Usage);
    }

    [Fact]
    public async Task A_turn_never_waits_for_its_title()
    {
        using var turn = Attempt(new TitledModel(title: null), new CountingTool("look", readOnly: true));

        Assert.Equal(new AttemptOutcome.Completed("done"), await turn.Run());

        Assert.Equal("Please look at the parser and fix it, because it takes…", Title(turn));
    }

    [Fact]
    public async Task Offline_the_first_words_are_the_title()
    {
        using var turn = Attempt(new ScriptedModel(ScriptedModel.Says("done")), new CountingTool("look", readOnly: true), "offline");
        await turn.Run();
        Assert.Equal("Please look at the parser and fix it, because it takes…", Title(turn));
    }

    [Fact]
    public async Task A_later_attempt_finds_no_second_title()
    {
        using var first = Attempt(new ScriptedModel(ScriptedModel.Says("done")), new CountingTool("look", readOnly: true), "offline");
        await first.Run();
        using var second = Attempt(
            new ScriptedModel(ScriptedModel.Says("done")), new CountingTool("look", readOnly: true), "offline", first.Journal);
        await second.Run();
        Assert.Single(second.Journal.Payloads("conversation.titled"));
    }

    [Theory]
    [InlineData("A title", "A title")]
    [InlineData("\n\n# A title\nmore", "A title")]
    [InlineData("\"A title.\"", "A title")]
    [InlineData("  ", "")]
    public void What_models_put_around_titles_is_taken_off(string answer, string title) => Assert.Equal(title, TitleText.Clean(answer));

    private static AgentHarness Attempt(IModelProvider model, CountingTool tool, string kind = "scripted", MemoryJournal? journal = null) =>
        new(model, tool)
        {
            Turn = new Turn { Number = 1, NeedsTitle = true },
            Journal = journal ?? Conversations.Asking(Asked),
            Kind = kind,
        };

    private static string Title(AgentHarness turn) =>
        Assert.Single(turn.Journal.Payloads("conversation.titled"))["title"]!.GetValue<string>();

    /// <summary>Calls a tool and is done. Gives this title when it is asked for one, or hangs.</summary>
    private sealed class TitledModel(string? title) : IModelProvider
    {
        private readonly ScriptedModel _turn = new(ScriptedModel.Calls(("c", "look", """{"n": "1"}""")), ScriptedModel.Says("done"));

        public async IAsyncEnumerable<ModelEvent> Stream(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            if (!request.System.Contains("title", StringComparison.Ordinal))
            {
                await foreach (var piece in _turn.Stream(request, cancellationToken))
                    yield return piece;
                yield break;
            }
            if (title is null)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            yield return new ModelFinished(
                ModelMessage.Assistant(new TextBlock(title!)), ModelStopReason.EndTurn, new ModelUsage { CostMicros = 3 }, "scripted-1");
        }
    }
}
