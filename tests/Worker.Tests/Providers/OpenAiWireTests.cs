using System.Text;
using Koda.Worker.Providers;
using Xunit;

namespace Koda.Worker.Tests.Providers;

public sealed class OpenAiWireTests : IAsyncLifetime
{
    private const string TwoCalls =
        """
        data: {"model":"gpt-4o-2024-08-06","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"read","arguments":""}}]}}]}

        data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"path\":\"sr"}}]}}]}

        data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"read","arguments":"{\"path\":"}}]}}]}

        data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"c/é.cs\"}"}},{"index":1,"function":{"arguments":"\"b\"}"}}]}}]}

        data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

        data: {"choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"cached_tokens":600},"completion_tokens_details":{"reasoning_tokens":40}}}

        data: [DONE]


        """;

    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Tool_calls_are_whole_wherever_the_bytes_are_split()
    {
        var provider = Provider();
        var answer = ScriptedAnswer.Text(TwoCalls);
        var length = Encoding.UTF8.GetByteCount(TwoCalls);
        for (var position = 1; position < length; position++)
        {
            _server.Answer = answer.SplitAt(position);
            var finished = (await provider.Collect(Answers.Ask())).Finished;
            Assert.Equal(
                [new ToolCallBlock("call_a", "read", """{"path":"src/é.cs"}"""), new ToolCallBlock("call_b", "read", """{"path":"b"}""")],
                finished.Message.ToolCalls);
            Assert.Equal(ModelStopReason.ToolUse, finished.StopReason);
        }
    }

    [Fact]
    public async Task A_stream_cut_before_its_end_is_never_an_answer()
    {
        var provider = Provider();
        var answer = ScriptedAnswer.Text(TwoCalls);
        var end = Encoding.UTF8.GetByteCount(TwoCalls[..TwoCalls.IndexOf("\"finish_reason\"", StringComparison.Ordinal)]);
        for (var position = 0; position < end; position += 7)
        {
            foreach (var how in new[] { AnswerEnd.Clean, AnswerEnd.Cut })
            {
                _server.Answer = answer.CutAt(position, how);
                var failure = await provider.Fail(Answers.Ask());
                Assert.Contains(failure.Code, Answers.CodesOfBrokenStreams);
                Assert.True(failure.Retryable);
            }
        }
    }

    [Fact]
    public async Task Usage_counts_cached_and_reasoning_tokens_and_has_a_price()
    {
        _server.Answer = ScriptedAnswer.Text(TwoCalls);
        var finished = (await Provider().Collect(Answers.Ask())).Finished;
        Assert.Equal("gpt-4o-2024-08-06", finished.ModelUsed);
        // gpt-4o: 400 fresh at 2.5, 600 cached at 1.25, 100 written at 10 dollars per million.
        Assert.Equal(
            new ModelUsage
            {
                InputTokens = 1000,
                OutputTokens = 100,
                CachedInputTokens = 600,
                ReasoningTokens = 40,
                CostMicros = 1000 + 750 + 1000,
                Model = "gpt-4o-2024-08-06",
            },
            finished.Usage);
    }

    [Fact]
    public async Task Reasoning_that_stands_beside_the_completion_is_counted_as_output()
    {
        _server.Answer = ScriptedAnswer.Text(
            """
            data: {"choices":[{"delta":{"content":"Yes."},"finish_reason":"stop"}]}

            data: {"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":10,"total_tokens":150,"completion_tokens_details":{"reasoning_tokens":40}}}

            data: [DONE]


            """);
        Assert.Equal(
            new ModelUsage { InputTokens = 100, OutputTokens = 50, ReasoningTokens = 40, PriceUnknown = true, Model = "test-model" },
            (await Provider().Collect(Answers.Ask())).Finished.Usage);
    }

    [Theory]
    [InlineData("reasoning_content")]
    [InlineData("reasoning")]
    public async Task Reasoning_of_compatible_servers_is_streamed_apart_from_the_text(string field)
    {
        _server.Answer = ScriptedAnswer.Text(
            $$$"""
            data: {"choices":[{"delta":{"{{{field}}}":"Let me "}}]}

            data: {"choices":[{"delta":{"{{{field}}}":"think."}}]}

            data: {"choices":[{"delta":{"content":"Yes."},"finish_reason":"stop"}]}

            data: [DONE]


            """);
        var answer = await Provider().Collect(Answers.Ask());
        Assert.Equal("Let me think.", answer.StreamedReasoning);
        Assert.Equal("Yes.", answer.StreamedText);
        Assert.Equal([new ReasoningBlock("Let me think.") { Field = field }, new TextBlock("Yes.")], answer.Finished.Message.Content);
        Assert.Equal(ModelStopReason.EndTurn, answer.Finished.StopReason);
    }

    [Fact]
    public async Task Arguments_that_are_not_JSON_reach_the_loop_as_a_call_with_an_error()
    {
        _server.Answer = ScriptedAnswer.Text(
            """
            data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"read","arguments":"{path: oops"}}]},"finish_reason":"tool_calls"}]}

            data: [DONE]


            """);
        var call = Assert.Single((await Provider().Collect(Answers.Ask())).Finished.Message.ToolCalls);
        Assert.Equal("{path: oops", call.Arguments);
        Assert.Contains("not valid JSON", call.ArgumentsError);
    }

    [Fact]
    public async Task An_error_inside_the_stream_keeps_its_meaning()
    {
        _server.Answer = ScriptedAnswer.Text(
            "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\ndata: {\"error\":{\"message\":\"slow down\",\"type\":\"rate_limit_exceeded\"}}\n\n"
        );
        var failure = await Provider().Fail(Answers.Ask());
        Assert.Equal(ProviderErrorCode.RateLimited, failure.Code);
        Assert.True(failure.Retryable);
    }

    [Fact]
    public async Task The_conversation_is_sent_in_the_shape_of_chat_completions()
    {
        _server.Answer = ScriptedAnswer.Text(TwoCalls);
        var request = Answers.Ask() with
        {
            MaxOutputTokens = 77,
            Messages =
            [
                ModelMessage.User("read it"),
                ModelMessage.Assistant(new ReasoningBlock("hm"), new ToolCallBlock("c1", "read", """{"path":"a"}""")),
                ModelMessage.ToolResult("c1", "read", "text of a", isError: false),
            ],
        };
        var provider = ProviderFactory.Create(
            "openai", _server.Url, "sk-test", new() { ["temperature"] = 0.5, ["model"] = "another", ["idle_timeout_seconds"] = 9 });
        await provider.Collect(request);

        Assert.Equal(
            """
            {"model":"test-model","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"read it"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"read","arguments":"{\u0022path\u0022:\u0022a\u0022}"}}],"reasoning_content":"hm"},{"role":"tool","tool_call_id":"c1","content":"text of a"}],"stream":true,"stream_options":{"include_usage":true},"max_tokens":77,"tools":[{"type":"function","function":{"name":"read","description":"Reads a file.","parameters":{"type":"object","properties":{"path":{"type":"string"}}}}}],"temperature":0.5}
            """,
            _server.LastBody.ToJsonString());
        Assert.Equal("/v1/chat/completions", _server.Requests.Last().Path);
        Assert.Equal("Bearer sk-test", _server.Requests.Last().Headers["Authorization"]);
    }

    [Fact]
    public async Task Without_a_key_no_credential_is_sent()
    {
        _server.Answer = ScriptedAnswer.Text(TwoCalls);
        await ProviderFactory.Create("openai", _server.Url, apiKey: null, options: null).Collect(Answers.Ask());
        Assert.DoesNotContain("Authorization", _server.Requests.Last().Headers.Keys);
    }

    private IModelProvider Provider() => ProviderFactory.Create("openai", new Uri(_server.Url, "/v1"), "sk-test", options: null);
}
