using System.Text;
using Koda.Worker.Providers;
using Xunit;

namespace Koda.Worker.Tests.Providers;

public sealed class AnthropicWireTests : IAsyncLifetime
{
    private const string ThoughtAndCall =
        """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"claude-sonnet-4-5-20250929","stop_reason":null,"usage":{"input_tokens":100,"cache_read_input_tokens":2000,"cache_creation_input_tokens":400,"output_tokens":1}}}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

        event: ping
        data: {"type":"ping"}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Let me lo"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"ok."}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: content_block_start
        data: {"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"ZW5j"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":1}

        event: content_block_start
        data: {"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"I read é."}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":2}

        event: content_block_start
        data: {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_1","name":"read","input":{}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"path\":"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"\"a\"}"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":3}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":50}}

        event: message_stop
        data: {"type":"message_stop"}


        """;

    private static readonly ContentBlock[] s_content =
    [
        new ReasoningBlock("Let me look.", "c2ln"),
        new ReasoningBlock("", "ZW5j", Redacted: true),
        new TextBlock("I read é."),
        new ToolCallBlock("toolu_1", "read", """{"path":"a"}"""),
    ];

    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Reasoning_text_and_calls_are_whole_wherever_the_bytes_are_split()
    {
        var provider = Provider();
        var answer = ScriptedAnswer.Text(ThoughtAndCall);
        var length = Encoding.UTF8.GetByteCount(ThoughtAndCall);
        for (var position = 1; position < length; position++)
        {
            _server.Answer = answer.SplitAt(position);
            Assert.Equal(s_content, (await provider.Collect(Answers.Ask())).Finished.Message.Content);
        }
    }

    [Fact]
    public async Task Pieces_are_streamed_as_they_come()
    {
        _server.Answer = ScriptedAnswer.Text(ThoughtAndCall);
        var answer = await Provider().Collect(Answers.Ask());
        Assert.Equal("Let me look.", answer.StreamedReasoning);
        Assert.Equal("I read é.", answer.StreamedText);
        Assert.Equal("""{"path":"a"}""", answer.StreamedInput("toolu_1"));
        Assert.Equal(ModelStopReason.ToolUse, answer.Finished.StopReason);
    }

    [Fact]
    public async Task Usage_counts_tokens_read_from_and_written_to_the_cache_at_their_prices()
    {
        _server.Answer = ScriptedAnswer.Text(ThoughtAndCall);
        var finished = (await Provider().Collect(Answers.Ask())).Finished;
        Assert.Equal("claude-sonnet-4-5-20250929", finished.ModelUsed);
        // Sonnet: 100 fresh at 3, 2000 read at 0.3, 400 written at 3.75, 50 out at 15 dollars per million.
        Assert.Equal(
            new ModelUsage
            {
                InputTokens = 2500,
                OutputTokens = 50,
                CachedInputTokens = 2000,
                CacheWriteTokens = 400,
                CostMicros = 300 + 600 + 1500 + 750,
                Model = "claude-sonnet-4-5-20250929",
            },
            finished.Usage);
    }

    [Fact]
    public async Task A_stream_cut_before_its_end_is_never_an_answer()
    {
        var provider = Provider();
        var answer = ScriptedAnswer.Text(ThoughtAndCall);
        var end = Encoding.UTF8.GetByteCount(
            ThoughtAndCall[..ThoughtAndCall.IndexOf("{\"type\":\"message_stop", StringComparison.Ordinal)]);
        for (var position = 0; position < end; position += 13)
        {
            foreach (var how in new[] { AnswerEnd.Clean, AnswerEnd.Cut })
            {
                _server.Answer = answer.CutAt(position, how);
                var failure = await provider.Fail(Answers.Ask());
                Assert.Contains(failure.Code, Answers.CodesOfBrokenStreams);
            }
        }
    }

    [Theory]
    [InlineData("overloaded_error", ProviderErrorCode.Overloaded, true)]
    [InlineData("rate_limit_error", ProviderErrorCode.RateLimited, true)]
    [InlineData("api_error", ProviderErrorCode.Unavailable, true)]
    [InlineData("invalid_request_error", ProviderErrorCode.InvalidRequest, false)]
    public async Task An_error_inside_the_stream_keeps_its_meaning(string type, string code, bool retryable)
    {
        var start = ThoughtAndCall[..ThoughtAndCall.IndexOf("event: content_block_start", StringComparison.Ordinal)];
        _server.Answer = ScriptedAnswer.Text(
            $"{start}event: error\ndata: {{\"type\":\"error\",\"error\":{{\"type\":\"{type}\",\"message\":\"no\"}}}}\n\n");
        var failure = await Provider().Fail(Answers.Ask());
        Assert.Equal((code, retryable), (failure.Code, failure.Retryable));
    }

    [Fact]
    public async Task The_conversation_is_sent_in_the_shape_of_the_messages_API()
    {
        _server.Answer = ScriptedAnswer.Text(ThoughtAndCall);
        var request = Answers.Ask() with
        {
            Messages =
            [
                ModelMessage.User("read both"),
                ModelMessage.Assistant([new ReasoningBlock("unsigned"), .. s_content, new ToolCallBlock("toolu_2", "read", "{broken")]),
                ModelMessage.ToolResult("toolu_1", "read", "one", isError: false),
                ModelMessage.ToolResult("toolu_2", "read", "not JSON", isError: true),
            ],
        };
        await Provider().Collect(request);

        Assert.Equal(
            """
            [{"role":"user","content":[{"type":"text","text":"read both"}]},{"role":"assistant","content":[{"type":"thinking","thinking":"Let me look.","signature":"c2ln"},{"type":"redacted_thinking","data":"ZW5j"},{"type":"text","text":"I read \u00E9."},{"type":"tool_use","id":"toolu_1","name":"read","input":{"path":"a"}},{"type":"tool_use","id":"toolu_2","name":"read","input":{"invalid_json":"{broken"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"one","is_error":false},{"type":"tool_result","tool_use_id":"toolu_2","content":"not JSON","is_error":true,"cache_control":{"type":"ephemeral"}}]}]
            """,
            _server.LastBody["messages"]!.ToJsonString());
        Assert.True(_server.LastBody["stream"]!.GetValue<bool>());
        Assert.Equal(8192, _server.LastBody["max_tokens"]!.GetValue<int>());
        Assert.Equal("/v1/messages", _server.Requests.Last().Path);
        Assert.Equal("sk-ant-test", _server.Requests.Last().Headers["x-api-key"]);
        Assert.Contains("anthropic-version", _server.Requests.Last().Headers.Keys);
    }

    private IModelProvider Provider() => ProviderFactory.Create("anthropic", _server.Url, "sk-ant-test", options: null);
}
