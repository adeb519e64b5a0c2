using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public class GuardrailTests
{
    [Fact]
    public async Task A_call_repeated_three_times_is_told_to_the_model_once_and_five_times_fails()
    {
        var model = new ScriptedModel(ScriptedModel.Calls(("c", "look", """{"n": "same"}""")));
        using var task = new AgentHarness(model, new CountingTool("look", readOnly: true));

        var failed = Assert.IsType<AttemptOutcome.Failed>(await task.Run());

        Assert.Equal("guardrail.repeated_call", failed.Code);
        Assert.False(failed.Retryable);
        Assert.Equal(5, model.Requests.Count);
        var note = Assert.Single(model.Requests[^1].Messages, message =>
            message.Role == ModelRole.User && message.Text.Contains("3 times"));
        Assert.Contains("look", note.Text);
        Assert.Equal("repeated_call", Assert.Single(task.Journal.Payloads("guardrail.hit"))["rule"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("max_iterations")]
    [InlineData("max_tokens")]
    [InlineData("max_cost")]
    public async Task A_limit_that_is_reached_ends_the_task(string rule)
    {
        var step = 0;
        var model = new ScriptedModel(_ => ModelMessage.Assistant(new ToolCallBlock("c", "look", $$"""{"n": "{{step++}}"}""")));
        using var task = new AgentHarness(model, new CountingTool("look", readOnly: true))
        {
            Limits = rule switch
            {
                "max_iterations" => new AgentLimits { MaxIterations = 4 },
                "max_tokens" => new AgentLimits { MaxTokens = 60 },
                _ => new AgentLimits { MaxCostMicros = 28 },
            },
        };

        var failed = Assert.IsType<AttemptOutcome.Failed>(await task.Run());

        Assert.Equal($"guardrail.{rule}", failed.Code);
        Assert.Equal(4, model.Requests.Count);
        Assert.Equal(rule, Assert.Single(task.Journal.Payloads("guardrail.hit"))["rule"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_unknown_price_is_told_once_and_only_where_money_is_counted()
    {
        var counted = await PriceRules(new Turn { Number = 1, BudgetMicros = 1_000_000 });
        var free = await PriceRules(new Turn { Number = 1 });

        Assert.Equal("price_unknown", Assert.Single(counted));
        Assert.Empty(free);
    }

    private static async Task<IReadOnlyList<string>> PriceRules(Turn turn)
    {
        var model = new ScriptedModel(ScriptedModel.Calls(("c", "look", """{"n": "1"}""")), ScriptedModel.Says("done"))
        {
            Usage = new ModelUsage { InputTokens = 10, PriceUnknown = true },
        };
        using var task = new AgentHarness(model, new CountingTool("look", readOnly: true)) { Turn = turn };
        await task.Run();
        return [.. task.Journal.Payloads("guardrail.hit").Select(hit => hit["rule"]!.GetValue<string>())];
    }
}
