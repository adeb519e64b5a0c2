using System.Text;
using Koda.Worker.Providers;
using Xunit;

namespace Koda.Worker.Tests.Providers;

public sealed class OllamaWireTests : IAsyncLifetime
{
    private const string Ndjson = "application/x-ndjson";

    private const string ThoughtAndCalls =
        """
        {"model":"qwen3:8b","message":{"role":"assistant","content":"","thinking":"Hm, "},"done":false}
        {"model":"qwen3:8b","message":{"role":"assistant","content":"","thinking":"é."},"done":false}
        {"model":"qwen3:8b","message":{"role":"assistant","content":"I read."},"done":false}
        {"model":"qwen3:8b","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"read","arguments":{"path":"a"}}},{"id":"own","function":{"name":"read","arguments":{"path":"b"}}}]},"done":false}
        {"model":"qwen3:8b","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":12,"eval_count":34}

        """;

    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task An_answer_is_whole_wherever_the_bytes_are_split()
    {
        var provider = Provider();
        var answer = ScriptedAnswer.Text(ThoughtAndCalls, Ndjson);
        var length = Encoding.UTF8.GetByteCount(ThoughtAndCalls);
        for (var position = 1; position < length; position++)
        {
            _server.Answer = answer.SplitAt(position);
            var finished = (await provider.Collect(Answers.Ask())).Finished;
            Assert.Equal(
                [
                    new ReasoningBlock("Hm, é."), new TextBlock("I read."),
                    new ToolCallBlock("call_1_0", "read", """{"path":"a"}"""), new ToolCallBlock("own", "read", """{"path":"b"}"""),
                ],
                finished.Message.Content);
            Assert.Equal(ModelStopReason.ToolUse, finished.StopReason);
            Assert.Equal(new ModelUsage { InputTokens = 12, OutputTokens = 34 }, finished.Usage);
        }
    }

    [Fact]
    public async Task A_stream_cut_before_its_last_line_is_never_an_answer()
    {
        var provider = Provider();
        var answer = ScriptedAnswer.Text(ThoughtAndCalls, Ndjson);
        var end = Encoding.UTF8.GetByteCount(ThoughtAndCalls[..ThoughtAndCalls.IndexOf("\"done\":true", StringComparison.Ordinal)]);
        for (var position = 0; position < end; position += 7)
        {
            foreach (var how in new[] { AnswerEnd.Clean, AnswerEnd.Cut })
            {
                _server.Answer = answer.CutAt(position, how);
                var failure = await provider.Fail(Answers.Ask());
                Assert.Contains(failure.Code, Answers.CodesOfBrokenStreams);
            }
        }
    }

    [Fact]
    public async Task An_error_line_is_a_failure()
    {
        _server.Answer = ScriptedAnswer.Text("{\"error\":\"model runner has unexpectedly stopped\"}\n", Ndjson);
        var failure = await Provider().Fail(Answers.Ask());
        Assert.Equal(ProviderErrorCode.Unavailable, failure.Code);
        Assert.Contains("unexpectedly stopped", failure.Message);
    }

    [Fact]
    public async Task The_conversation_is_sent_in_the_shape_of_the_chat_API()
    {
        _server.Answer = ScriptedAnswer.Text(ThoughtAndCalls, Ndjson);
        var request = Answers.Ask() with
        {
            MaxOutputTokens = 9,
            Messages =
            [
                ModelMessage.User("read it"),
                ModelMessage.Assistant(new ToolCallBlock("c1", "read", """{"path":"a"}""")),
                ModelMessage.ToolResult("c1", "read", "text", isError: false),
            ],
            Tools = [],
        };
        await ProviderFactory
            .Create("ollama", _server.Url, apiKey: null, new() { ["num_ctx"] = 8192, ["think"] = true })
            .Collect(request);

        Assert.Equal(
            """
            {"model":"test-model","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"read it"},{"role":"assistant","content":"","tool_calls":[{"id":"c1","function":{"name":"read","arguments":{"path":"a"}}}]},{"role":"tool","tool_name":"read","tool_call_id":"c1","content":"text"}],"stream":true,"think":true,"options":{"num_predict":9,"num_ctx":8192}}
            """,
            _server.LastBody.ToJsonString());
        Assert.Equal("/api/chat", _server.Requests.Last().Path);
    }

    private IModelProvider Provider() => ProviderFactory.Create("ollama", _server.Url, apiKey: null, options: null);
}
