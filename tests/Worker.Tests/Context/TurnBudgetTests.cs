using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Koda.Worker.Tests.Loop;
using Xunit;

namespace Koda.Worker.Tests.Context;

public class TurnBudgetTests
{
    // Every scripted answer costs 7 micro-dollars.
    private static readonly Func<ModelRequest, ModelMessage>[] s_steps =
    [
        .. Enumerable.Range(1, 9).Select(step => ScriptedModel.Calls(($"c{step}", "look", $$"""{"n": "{{step}}"}"""))),
        ScriptedModel.Says("done"),
    ];

    [Fact]
    public async Task A_turn_that_reaches_the_budget_ends_with_an_answer_that_says_so()
    {
        using var turn = Attempt(before: 80, budget: 100, warn: 90);

        var answer = Assert.IsType<AttemptOutcome.Completed>(await turn.Run()).Output;

        Assert.Contains("budget", answer);
        Assert.Contains("$0.000101", answer);
        Assert.Equal(3, ((ScriptedModel)turn.Model).Requests.Count);
        Assert.Equal(["budget_warning", "budget"], Rules(turn));
        Assert.Equal(["1", "2", "3"], ((CountingTool)turn.Tools[0]).Calls.Order());
        Assert.Equal("koda", turn.Journal.Payloads("model.started").Last()["provider"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_later_attempt_warns_no_second_time_and_gives_the_same_answer()
    {
        using var whole = Attempt(before: 80, budget: 100, warn: 90);
        var outcome = await whole.Run();
        for (var length = 1; length <= whole.Journal.Events.Count; length++)
        {
            using var rest = Attempt(before: 80, budget: 100, warn: 90, new MemoryJournal(whole.Journal.Events.Take(length)));
            Assert.Equal(outcome, await rest.Run());
            Assert.Equal("budget_warning", Assert.Single(Rules(rest), rule => rule != "budget"));
        }
    }

    [Fact]
    public async Task Without_money_left_no_model_is_asked()
    {
        using var turn = Attempt(before: 100, budget: 100, warn: 90);
        Assert.Contains("budget", Assert.IsType<AttemptOutcome.Completed>(await turn.Run()).Output);
        Assert.Empty(((ScriptedModel)turn.Model).Requests);
        Assert.Equal(["budget"], Rules(turn));
    }

    [Fact]
    public async Task Without_a_budget_nothing_is_said()
    {
        using var turn = Attempt(before: 1_000_000, budget: 0, warn: 90);
        Assert.Equal(new AttemptOutcome.Completed("done"), await turn.Run());
        Assert.Empty(Rules(turn));
    }

    private static IEnumerable<string> Rules(AgentHarness turn) =>
        turn.Journal.Payloads("guardrail.hit").Select(hit => hit["rule"]!.GetValue<string>());

    private static AgentHarness Attempt(long before, long budget, int warn, MemoryJournal? journal = null) =>
        new(new ScriptedModel(s_steps), new CountingTool("look", readOnly: true))
        {
            Turn = new Turn { Number = 1, CostBeforeMicros = before, BudgetMicros = budget, BudgetWarnPercent = warn },
            Journal = journal ?? Conversations.Asking("Do it."),
        };
}
