using System.Text.Json.Nodes;
using Koda.Worker.Providers;
using Xunit;

namespace Koda.Worker.Tests.Providers;

/// <summary>
/// What a provider sends and only it understands is given back as it was; what another one sent is translated, or left out.
/// </summary>
public sealed class GivenBackTests : IAsyncLifetime
{
    private const string Call = """{"index":0,"id":"c1","type":"function","function":{"name":"read","arguments":"{}"}}""";

    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("reasoning_content", """{"reasoning_content":"Hm."}""", "\"Hm.\"")]
    [InlineData("reasoning", """{"reasoning":"Hm."}""", "\"Hm.\"")]
    [InlineData(
        "reasoning_details",
        """{"reasoning":"Hm.","reasoning_details":[{"type":"reasoning.text","index":0,"text":"H"}]}|{"reasoning_details":[{"type":"reasoning.text","index":0,"text":"m."}]}|{"reasoning_details":[{"type":"reasoning.text","index":0,"signature":"c2ln"}]}""",
        """[{"type":"reasoning.text","index":0,"text":"Hm.","signature":"c2ln"}]"""
    )]
    [InlineData(
        "reasoning_details",
        """{"reasoning_details":[{"type":"reasoning.encrypted","data":"AA","id":"r1"}]}|{"reasoning_details":[{"type":"reasoning.encrypted","data":"BB","id":"r2"}]}""",
        """[{"type":"reasoning.encrypted","data":"AA","id":"r1"},{"type":"reasoning.encrypted","data":"BB","id":"r2"}]"""
    )]
    [InlineData("extra_content", """{"extra_content":"Zm9v"}""", "\"Zm9v\"")]
    [InlineData("encrypted_content", """{"encrypted_content":"Zm9v"}""", "\"Zm9v\"")]
    [InlineData("reasoning_opaque", """{"reasoning_text":"Hm.","reasoning_opaque":"Zm9v"}""", "\"Zm9v\"")]
    [InlineData("reasoning_text", """{"reasoning_text":"Hm."}""", "\"Hm.\"")]
    [InlineData(
        "thinking_blocks",
        """{"thinking_blocks":[{"type":"thinking","thinking":"Hm.","signature":"c2ln"}]}""",
        """[{"type":"thinking","thinking":"Hm.","signature":"c2ln"}]"""
    )]
    [InlineData(
        "content",
        """{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]}]}|{"content":[{"type":"text","text":"I read."}]}""",
        """[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]},{"type":"text","text":"I read."}]"""
    )]
    [InlineData(
        "content",
        """{"content":"<think>H"}|{"content":"m.</think>\n\nI read."}""",
        "\"\\u003Cthink\\u003EHm.\\u003C/think\\u003E\\n\\nI read.\"")]
    public async Task A_member_of_a_message_goes_back_under_its_name(string name, string deltas, string expected)
    {
        var again = await AskAgain(deltas, Call);

        var message = again["messages"]!.AsArray().Single(message => message!["role"]!.GetValue<string>() == "assistant")!;
        Assert.Equal(expected, message[name]!.ToJsonString());
        if (name != "reasoning_content")
            Assert.Null(message["reasoning_content"]);
    }

    [Theory]
    [InlineData(
        """{"index":0,"id":"c1","function":{"name":"read","arguments":"{}"},"extra_content":{"google":{"thought_signature":"c2ln"}}}""",
        "/extra_content/google/thought_signature")]
    [InlineData(
        """{"index":0,"id":"c1","function":{"name":"read","arguments":"{}","thought_signature":"c2ln"}}""",
        "/function/thought_signature")]
    [InlineData(
        """{"index":0,"id":"c1","function":{"name":"read","arguments":"{}"},"provider_specific_fields":{"thought_signature":"c2ln"}}""",
        "/provider_specific_fields/thought_signature")]
    public async Task A_member_of_a_call_goes_back_in_its_place(string call, string path)
    {
        var again = await AskAgain("{}", call);
        JsonNode node = again["messages"]!.AsArray().Single(message => message!["role"]!.GetValue<string>() == "assistant")!["tool_calls"]![
            0
        ]!;
        foreach (var member in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            node = node[member]!;
        Assert.Equal("c2ln", node.GetValue<string>());
    }

    [Theory]
    [InlineData("openai", "another-model")]
    [InlineData("anthropic", "test-model")]
    [InlineData("ollama", "test-model")]
    public async Task Thoughts_in_the_text_go_to_no_other_model(string kind, string model)
    {
        var answer = await First("""{"content":"<think>Hm.</think>I read."}""", Call);
        _server.AnswerTo = null;
        _server.Answer = Whole(kind);

        await ProviderFactory.Create(kind, _server.Url, "key", options: null).Collect(Continue(answer) with { Model = model });

        var sent = _server.LastBody["messages"]!.ToJsonString();
        Assert.DoesNotContain("Hm.", sent);
        Assert.DoesNotContain("think", sent);
        Assert.Contains("I read.", sent);
    }

    [Theory]
    [InlineData("openai", "another-model")]
    [InlineData("anthropic", "test-model")]
    [InlineData("ollama", "test-model")]
    public async Task Nothing_of_it_goes_to_another_model_and_ids_are_made_such_as_it_takes(string kind, string model)
    {
        var answer = await First(
            """{"reasoning":"Hm.","reasoning_details":[{"type":"reasoning.encrypted","data":"AA"}]}""",
            """{"index":0,"id":"functions.read:0|{odd}","function":{"name":"read","arguments":"{}"},"extra_content":{"google":{"thought_signature":"c2ln"}}}"""
        );
        _server.AnswerTo = null;
        _server.Answer = Whole(kind);

        await ProviderFactory.Create(kind, _server.Url, "key", options: null).Collect(Continue(answer) with { Model = model });

        var sent = _server.LastBody["messages"]!.ToJsonString();
        Assert.DoesNotContain("Hm.", sent);
        Assert.DoesNotContain("AA", sent);
        Assert.DoesNotContain("c2ln", sent);
        Assert.DoesNotContain("odd", sent);
        var ids = System
            .Text.RegularExpressions.Regex.Matches(sent, "\"(?:tool_call_id|tool_use_id|id)\":\"([^\"]*)\"")
            .Select(id => id.Groups[1].Value)
            .ToList();
        Assert.Equal(2, ids.Count);
        Assert.Matches("^[a-zA-Z0-9_-]{1,40}$", Assert.Single(ids.Distinct()));
    }

    [Fact]
    public async Task A_thought_of_Claude_goes_back_to_that_model_only()
    {
        _server.Answer = Whole(
            "anthropic",
            """{"type":"thinking","thinking":"Hm.","signature":"c2ln"}""",
            """{"type":"tool_use","id":"toolu_1","name":"read","input":{}}"""
        );
        var answer = (await ProviderFactory.Create("anthropic", _server.Url, "key", null).Collect(Answers.Ask())).Finished.Message;
        _server.Answer = Whole("anthropic");

        await ProviderFactory.Create("anthropic", _server.Url, "key", null).Collect(Continue(answer));
        Assert.Contains("c2ln", _server.LastBody.ToJsonString());
        await ProviderFactory.Create("anthropic", _server.Url, "key", null).Collect(Continue(answer) with { Model = "another-model" });
        Assert.DoesNotContain("c2ln", _server.LastBody.ToJsonString());
    }

    [Fact]
    public async Task An_answer_survives_the_log_with_all_that_is_to_be_given_back()
    {
        var answer = await First(
            """{"reasoning":"Hm.","reasoning_details":[{"type":"reasoning.encrypted","data":"AA"}]}""",
            """{"index":0,"id":"c1","function":{"name":"read","arguments":"{}"},"extra_content":{"google":{"thought_signature":"c2ln"}}}"""
        );
        var read = ModelMessageJson.Read(JsonNode.Parse(ModelMessageJson.Write(answer).ToJsonString())!.AsObject());
        Assert.Equal(answer.Origin, read.Origin);
        Assert.Equal(answer.Content, read.Content);
    }

    private async Task<JsonObject> AskAgain(string deltas, string call)
    {
        var answer = await First(deltas, call);
        await ProviderFactory.Create("openai", _server.Url, "key", options: null).Collect(Continue(answer));
        return _server.LastBody;
    }

    private async Task<ModelMessage> First(string deltas, string call)
    {
        var chunks = deltas
            .Split('|')
            .Append($$"""{"tool_calls":[{{call}}]}""")
            .Select(delta => $$$"""data: {"choices":[{"delta":{{{delta}}}}]}""" + "\n\n");
        _server.Answer = ScriptedAnswer.Text(
            string.Concat(chunks) + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n");
        return (await ProviderFactory.Create("openai", _server.Url, "key", options: null).Collect(Answers.Ask())).Finished.Message;
    }

    private static ModelRequest Continue(ModelMessage answer) =>
        Answers.Ask() with
        {
            Messages =
            [
                ModelMessage.User("read it"),
                answer,
                ModelMessage.ToolResult(answer.ToolCalls.Single().CallId, "read", "text", isError: false),
            ],
        };

    private static ScriptedAnswer Whole(string kind, params string[] blocks) =>
        kind switch
        {
            "ollama" => ScriptedAnswer.Text(
                """{"message":{"role":"assistant","content":"Yes."},"done":true}""" + "\n",
                "application/x-ndjson"),
            "openai" => ScriptedAnswer.Text(
                "data: {\"choices\":[{\"delta\":{\"content\":\"Yes.\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"),
            _ => ScriptedAnswer.Text(
                """data: {"type":"message_start","message":{"usage":{"input_tokens":1}}}"""
                    + "\n\n"
                    + string.Concat(
                        (blocks.Length > 0 ? blocks : ["""{"type":"text","text":"Yes."}"""]).Select(
                            (block, i) =>
                                $$"""data: {"type":"content_block_start","index":{{i}},"content_block":{{block}}}"""
                                + "\n\n"
                                + $$"""data: {"type":"content_block_stop","index":{{i}}}"""
                                + "\n\n"))
                    + $$$"""data: {"type":"message_delta","delta":{"stop_reason":"{{{(blocks.Length > 1 ? "tool_use" : "end_turn")}}}"},"usage":{"output_tokens":1}}"""
                    + "\n\n"
                    + """data: {"type":"message_stop"}"""
                    + "\n\n"),
        };
}
