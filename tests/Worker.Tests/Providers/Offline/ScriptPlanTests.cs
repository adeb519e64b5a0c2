using System.Text.Json.Nodes;
using Koda.Worker.Providers;
using Koda.Worker.Providers.Offline;
using Xunit;

namespace Koda.Worker.Tests.Providers.Offline;

public sealed class ScriptPlanTests
{
    private const string Script =
        """
        [
          {"text": "I look for {{query}}.", "reasoning": "hm", "tool_calls": [{"tool": "read", "arguments": {"path": "a.txt"}}],
           "usage": {"input_tokens": 5, "output_tokens": 6, "cost_micros": 7}},
          {"error": {"code": "provider.overloaded", "message": "busy", "retry_after_ms": 250}, "text": "It says: {{result}}"}
        ]
        """;

    [Fact]
    public async Task The_answers_so_far_choose_the_step()
    {
        var provider = Provider(Script);
        var first = (await provider.Collect(Answers.Ask("the word"))).Finished;
        Assert.Equal("I look for the word.", first.Message.Text);
        Assert.Equal(new ModelUsage { InputTokens = 5, OutputTokens = 6, CostMicros = 7, NoModel = true }, first.Usage);
        Assert.Equal(ModelStopReason.ToolUse, first.StopReason);
        var call = Assert.Single(first.Message.ToolCalls);
        Assert.Equal("""{"path":"a.txt"}""", call.Arguments);

        var next = Answers.Ask() with
        {
            Messages =
            [
                ModelMessage.User("the word"),
                first.Message,
                ModelMessage.ToolResult(call.CallId, "read", "1\tfound", isError: false),
            ],
        };
        var failure = await provider.Fail(next);
        Assert.Equal(
            (ProviderErrorCode.Overloaded, true, TimeSpan.FromMilliseconds(250)), (failure.Code, failure.Retryable, failure.RetryAfter));
        var last = (await provider.Collect(next)).Finished;
        Assert.StartsWith("It says: 1\tfound", last.Message.Text);
        Assert.Contains(OfflineProvider.Note, last.Message.Text);
        Assert.Equal(ModelStopReason.EndTurn, last.StopReason);
    }

    [Fact]
    public async Task A_script_that_is_played_to_its_end_says_so() =>
        Assert.Contains("steps of the script were played", (await Provider("[]").Collect(Answers.Ask())).Finished.Message.Text);

    [Theory]
    [InlineData("{\"steps\": [{\"txet\": \"misspelt\"}]}")]
    [InlineData("[{\"tool_calls\": \"read\"}]")]
    [InlineData("not JSON")]
    public void A_script_that_is_none_is_refused(string script)
    {
        var failure = Assert.Throws<ProviderException>(() => Provider(script));
        Assert.Equal((ProviderErrorCode.InvalidRequest, false), (failure.Code, failure.Retryable));
    }

    [Fact]
    public void An_unknown_rule_pack_is_refused() =>
        Assert.Throws<ProviderException>(() => ProviderFactory.Create("offline", null, null, new JsonObject { ["rules"] = "astrology" }));

    private static IModelProvider Provider(string script) =>
        ProviderFactory.Create("offline", null, null, new JsonObject { ["script"] = script });
}
