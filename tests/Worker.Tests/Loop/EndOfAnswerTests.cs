using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Xunit;

namespace Koda.Worker.Tests.Loop;

/// <summary>Only an answer that its provider calls whole is a success, in tasks and in turns alike.</summary>
public class EndOfAnswerTests
{
    public static TheoryData<string, string, bool> Ends
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (var isTurn in new[] { false, true })
            {
                data.Add(ModelStopReason.MaxTokens, "model.cut", isTurn);
                data.Add(ModelStopReason.Refusal, "model.refused", isTurn);
                data.Add(ModelStopReason.ContextFull, ProviderErrorCode.ContextTooLong, isTurn);
                data.Add("banana", "model.unknown_end", isTurn);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task What_is_not_whole_fails_and_says_so(string reason, string code, bool isTurn)
    {
        using var run = Run(isTurn, Finished(reason, new TextBlock("Half of an ans")));
        var failed = Assert.IsType<AttemptOutcome.Failed>(await run.Run());
        Assert.Equal(code, failed.Code);
        Assert.NotEmpty(failed.Message);
    }

    [Theory]
    [InlineData(ModelStopReason.EndTurn)]
    [InlineData(ModelStopReason.StopSequence)]
    public async Task What_is_whole_is_the_output(string reason)
    {
        using var run = Run(isTurn: false, Finished(reason, new TextBlock("All of it")));
        Assert.Equal(new AttemptOutcome.Completed("All of it"), await run.Run());
    }

    [Fact]
    public async Task Calls_beside_a_refusal_are_not_run()
    {
        var tool = new CountingTool("look", readOnly: true);
        using var run = new AgentHarness(
            new StreamedModel(Finished(ModelStopReason.Refusal, new ToolCallBlock("c", "look", """{"n":"1"}"""))),
            tool);
        Assert.Equal("model.refused", Assert.IsType<AttemptOutcome.Failed>(await run.Run()).Code);
        Assert.Empty(tool.Calls);
    }

    [Fact]
    public async Task After_calls_that_were_cut_the_model_is_told_why()
    {
        var model = new StreamedModel(Finished(ModelStopReason.MaxTokens, new ToolCallBlock("c", "look", """{"n":"1""")));
        using var run = new AgentHarness(model, new CountingTool("look", readOnly: true));
        Assert.Equal(new AttemptOutcome.Completed("done"), await run.Run());
        Assert.Contains("limit of output tokens", model.Requests[1].Messages[^1].Text);
    }

    [Fact]
    public async Task A_model_that_only_paused_is_asked_on()
    {
        var model = new StreamedModel(Finished(ModelStopReason.Paused, new TextBlock("I search.")));
        using var run = new AgentHarness(model);
        Assert.Equal(new AttemptOutcome.Completed("done"), await run.Run());
        Assert.Equal(ModelRole.Assistant, model.Requests[1].Messages[^1].Role);
    }

    [Fact]
    public async Task A_wait_of_nothing_is_none_once_and_does_not_use_up_all_tries_within_a_blink()
    {
        var time = new InstantTime();
        var model = new ScriptedModel(ScriptedModel.Says("done"));
        for (var i = 0; i < 4; i++)
            model.Failures.Enqueue(new ProviderException(ProviderErrorCode.RateLimited, "Slow down.", retryable: true, TimeSpan.Zero));
        using var task = new AgentHarness(model) { Time = time };

        Assert.Equal(new AttemptOutcome.Completed("done"), await task.Run());

        var waits = task.Journal.Payloads("model.failed").Select(failed => failed["delay_ms"]!.GetValue<long>()).ToList();
        Assert.Equal(0, waits[0]);
        Assert.All(waits.Skip(1), wait => Assert.InRange(wait, 100, 30_000));
    }

    private static ModelFinished Finished(string reason, params ContentBlock[] content) =>
        new(ModelMessage.Assistant(content), reason, new ModelUsage(), "streamed-1");

    // The same end each time that it is asked.
    private static AgentHarness Run(bool isTurn, ModelFinished finished) => isTurn
        ? new AgentHarness(new RepeatingModel(finished)) { Turn = new Turn { Number = 1 }, Journal = Conversations.Asking("Do it.") }
        : new AgentHarness(new RepeatingModel(finished));

    private sealed class RepeatingModel(ModelFinished finished) : IModelProvider
    {
        public async IAsyncEnumerable<ModelEvent> Stream(
            ModelRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return finished;
        }
    }
}
