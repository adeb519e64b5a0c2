using Koda.Worker.Providers;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public class ReasoningKeptTests
{
    [Fact]
    public async Task Reasoning_is_sent_back_to_the_model_that_thought_it()
    {
        var model = Model();
        using var task = new AgentHarness(model, new CountingTool("look", readOnly: true));
        await task.Run();
        Assert.Contains(model.Requests[1].Messages.SelectMany(message => message.Content), block => block is ReasoningBlock);
    }

    [Theory]
    [InlineData("\"scripted-1\"", "\"another-model\"")]
    [InlineData("\"Test.\"", "\"Another prompt.\"")]
    public async Task The_conversation_keeps_reasoning_whatever_stood_before_it(string was, string changed)
    {
        using var first = new AgentHarness(Model(), new CountingTool("look", readOnly: true));
        await first.Run();
        var events = first.Journal.Events.TakeWhile(recorded => recorded.Kind != "tool.started").Select(recorded =>
        {
            recorded = recorded.Clone();
            if (recorded.Kind == "model.started")
                recorded.Payload = recorded.Payload.Replace(was, changed, StringComparison.Ordinal);
            return recorded;
        });
        var model = Model();
        using var second = new AgentHarness(model, new CountingTool("look", readOnly: true)) { Journal = new MemoryJournal(events) };

        await second.Run();

        Assert.Contains(Assert.Single(model.Requests).Messages.SelectMany(message => message.Content), block =>
            block is ReasoningBlock { Signature: "c2ln" });
    }

    private static ScriptedModel Model() =>
        new(
            _ => ModelMessage.Assistant(new ReasoningBlock("Hm.", "c2ln"), new ToolCallBlock("c", "look", """{"n": "1"}""")),
            ScriptedModel.Says("done"));
}
