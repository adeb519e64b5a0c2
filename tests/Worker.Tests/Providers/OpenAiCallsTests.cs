using System.Text.Json.Nodes;
using Koda.Worker.Providers;
using Koda.Worker.Providers.OpenAi;
using Koda.Worker.Tests.Loop;
using Xunit;

namespace Koda.Worker.Tests.Providers;

/// <summary>Parallel calls, in all the ways in which vendors number them.</summary>
public class OpenAiCallsTests
{
    [Theory]
    [InlineData(
        "every call has index 0",
        """{"index":0,"id":"p","function":{"name":"look","arguments":"{\"n\":\"1\"}"}}|{"index":0,"id":"q","function":{"name":"look","arguments":"{\"n\":\"2\"}"}}"""
    )]
    [InlineData(
        "every call has index 0 and comes in pieces",
        """{"index":0,"id":"p","function":{"name":"look","arguments":"{\"n\""}}|{"index":0,"function":{"arguments":":\"1\"}"}}|{"index":0,"id":"q","function":{"name":"look","arguments":""}}|{"index":0,"function":{"arguments":"{\"n\":\"2\"}"}}"""
    )]
    [InlineData(
        "one id for all",
        """{"index":0,"id":"x","function":{"name":"look","arguments":"{\"n\":\"1\"}"}}|{"index":1,"id":"x","function":{"name":"look","arguments":"{\"n\":\"2\"}"}}"""
    )]
    [InlineData(
        "one id for all, in turns",
        """{"index":0,"id":"x","function":{"name":"look","arguments":"{\"n\":"}}|{"index":1,"id":"x","function":{"name":"look","arguments":"{\"n\":"}}|{"index":0,"id":"x","function":{"arguments":"\"1\"}"}}|{"index":1,"id":"x","function":{"arguments":"\"2\"}"}}"""
    )]
    [InlineData(
        "one id and one index for all",
        """{"index":0,"id":"x","function":{"name":"look","arguments":"{\"n\":\"1\"}"}}|{"index":0,"id":"x","function":{"name":"look","arguments":"{\"n\":\"2\"}"}}"""
    )]
    [InlineData(
        "no ids, whole calls of index 0",
        """{"index":0,"function":{"name":"look","arguments":"{\"n\":\"1\"}"}}|{"index":0,"function":{"name":"look","arguments":"{\"n\":\"2\"}"}}"""
    )]
    [InlineData(
        "empty ids",
        """{"index":0,"id":"","function":{"name":"look","arguments":"{\"n\":\"1\"}"}}|{"index":1,"id":"","function":{"name":"look","arguments":"{\"n\":\"2\"}"}}"""
    )]
    [InlineData(
        "no index",
        """{"id":"p","function":{"name":"look","arguments":"{\"n\":\"1\"}"}}|{"id":"q","function":{"name":"look","arguments":"{\"n\":\"2\"}"}}"""
    )]
    [InlineData(
        "neither index nor id, in pieces",
        """{"function":{"name":"look","arguments":"{\"n\":"}}|{"function":{"arguments":"\"1\"}"}}|{"function":{"name":"look","arguments":"{\"n\":\"2\"}"}}"""
    )]
    [InlineData(
        "another id with each piece",
        """{"index":0,"id":"a","function":{"name":"look","arguments":"{\"n\":"}}|{"index":0,"id":"b","function":{"arguments":"\"1\"}"}}|{"index":1,"id":"c","function":{"name":"look","arguments":"{\"n\":"}}|{"index":1,"id":"d","function":{"arguments":"\"2\"}"}}"""
    )]
    [InlineData(
        "the name with each piece",
        """{"index":0,"id":"p","function":{"name":"look","arguments":""}}|{"index":0,"id":"p","function":{"name":"look","arguments":"{\"n\":"}}|{"index":0,"id":"p","function":{"name":"look","arguments":"\"1\"}"}}|{"index":1,"id":"q","function":{"name":"look","arguments":"{\"n\":\"2\"}"}}"""
    )]
    [InlineData(
        "the name in parts",
        """{"index":0,"id":"p","function":{"name":"lo","arguments":""}}|{"index":0,"function":{"name":"ok","arguments":"{\"n\":\"1\"}"}}|{"index":1,"id":"q","function":{"name":"look","arguments":"{\"n\":\"2\"}"}}"""
    )]
    [InlineData(
        "a call sent again when it is whole",
        """{"index":0,"id":"p","function":{"name":"look","arguments":"{\"n\":\"1\"}"}}|{"index":1,"id":"q","function":{"name":"look","arguments":"{\"n\":\"2\"}"}}|{"index":0,"id":"p","function":{"name":"look","arguments":"{\"n\":\"1\"}"}}"""
    )]
    [InlineData(
        "the id after the name",
        """{"index":0,"function":{"name":"look"}}|{"index":0,"id":"p","function":{"arguments":"{\"n\":\"1\"}"}}|{"index":1,"function":{"name":"look"}}|{"index":1,"id":"q","function":{"arguments":"{\"n\":\"2\"}"}}"""
    )]
    [InlineData(
        "arguments as an object",
        """{"index":0,"id":"p","function":{"name":"look","arguments":{"n":"1"}}}|{"index":0,"id":"q","function":{"name":"look","arguments":{"n":"2"}}}"""
    )]
    [InlineData(
        "indexes that do not begin at 0",
        """{"index":3,"id":"p","function":{"name":"look","arguments":"{\"n\":\"1\"}"}}|{"index":7,"id":"q","function":{"name":"look","arguments":"{\"n\":\"2\"}"}}"""
    )]
    public void Two_calls_are_two_calls(string how, string pieces)
    {
        var answer = new OpenAiAnswer(Request, "here", PriceTable.Known);
        var told = new List<ModelEvent>();
        foreach (var piece in pieces.Split('|'))
            Accept(answer, new JsonObject { ["tool_calls"] = new JsonArray(JsonNode.Parse(piece)) }, null, told);
        Accept(answer, [], "stop", told);

        var finished = answer.Finish();

        var calls = finished.Message.ToolCalls.ToList();
        Assert.True(
            calls.Select(call => (call.Tool, call.Arguments)).SequenceEqual([("look", """{"n":"1"}"""), ("look", """{"n":"2"}""")]),
            $"{how}: {string.Join(", ", calls)}");
        Assert.Equal(2, calls.Select(call => call.CallId).Distinct().Count());
        Assert.Equal(ModelStopReason.ToolUse, finished.StopReason);
        // What people see of a call while it streams belongs to that call.
        Assert.All(calls, call =>
            Assert.Equal(
                call.Arguments,
                string.Concat(told.OfType<ToolInputDelta>().Where(piece => piece.CallId == call.CallId).Select(piece => piece.Text))));
    }

    [Fact]
    public void An_id_that_an_earlier_answer_used_is_made_one_of_its_own()
    {
        var request = Request with
        {
            Messages =
            [
                ModelMessage.User("look"),
                ModelMessage.Assistant(new ToolCallBlock("call_0", "look", "{}")),
                ModelMessage.ToolResult("call_0", "look", "1", false),
            ],
        };
        var answer = new OpenAiAnswer(request, "here", PriceTable.Known);
        Accept(
            answer,
            JsonNode.Parse("""{"tool_calls":[{"index":0,"id":"call_0","function":{"name":"look","arguments":"{}"}}]}""")!.AsObject(),
            "tool_calls",
            []);
        Assert.NotEqual("call_0", Assert.Single(answer.Finish().Message.ToolCalls).CallId);
    }

    [Fact]
    public void The_older_spelling_of_one_call_is_read()
    {
        var answer = new OpenAiAnswer(Request, "here", PriceTable.Known);
        Accept(answer, JsonNode.Parse("""{"function_call":{"name":"look","arguments":"{\"n\":"}}""")!.AsObject(), null, []);
        Accept(answer, JsonNode.Parse("""{"function_call":{"arguments":"\"1\"}"}}""")!.AsObject(), "function_call", []);
        Assert.Equal("""{"n":"1"}""", Assert.Single(answer.Finish().Message.ToolCalls).Arguments);
    }

    private static ModelRequest Request => Answers.Ask() with { Tools = [new CountingTool("look", readOnly: true).Definition] };

    private static void Accept(OpenAiAnswer answer, JsonObject delta, string? finish, List<ModelEvent> told)
    {
        var chunk = new JsonObject
        {
            ["choices"] = new JsonArray(
                new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
        };
        using var document = System.Text.Json.JsonDocument.Parse(chunk.ToJsonString());
        answer.Accept(document.RootElement, told);
    }
}
