using System.Text;
using System.Text.Json.Nodes;
using Koda.Worker.Providers;
using Xunit;

namespace Koda.Worker.Tests.Providers;

/// <summary>The shapes in which servers put the same answer.</summary>
public sealed class AnswerShapeTests : IAsyncLifetime
{
    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(
        """{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Let me think."}]}]}|{"content":[{"type":"text","text":"It is "}]}|{"content":[{"type":"text","text":"42."}]}|{"content":""}"""
    )]
    [InlineData("""{"content":[{"type":"thinking","thinking":"Let me think."},{"type":"text","text":"It is 42."}]}""")]
    [InlineData("""{"content":[{"type":"reasoning","text":"Let me think."},{"type":"output_text","text":"It is 42."}]}""")]
    [InlineData("""{"content":{"type":"text","text":"It is 42."},"reasoning":"Let me think."}""")]
    [InlineData("""{"content":[{"type":"text","text":{"value":"It is 42."}}],"reasoning_content":"Let me think."}""")]
    [InlineData("""{"content":["It is ","42."],"thinking":"Let me think."}""")]
    [InlineData(
        """{"content":[{"type":"thinking","thinking":"Let me think."},{"type":"text","text":"It is 42."},{"type":"reference","reference_ids":[1]}]}"""
    )]
    public async Task Content_in_parts_is_read_as_what_its_parts_are(string deltas)
    {
        _server.Answer = ScriptedAnswer.Text(
            string.Concat(deltas.Split('|').Select(delta => $$$"""data: {"choices":[{"delta":{{{delta}}}}]}""" + "\n\n")) + End);
        var answer = await Ask();
        Assert.Equal(
            ("Let me think.", "It is 42.", "It is 42."), (answer.StreamedReasoning, answer.StreamedText, answer.Finished.Message.Text));
    }

    [Theory]
    [InlineData("<think>\nHm.\n</think>\n\nIt is 42.", "\nHm.\n", "It is 42.")]
    [InlineData("\n<thinking>Hm.</thinking>It is 42.", "Hm.", "It is 42.")]
    [InlineData("<Thought>a < b </thin</Thought> 42", "a < b </thin", "42")]
    [InlineData("[THINK]Hm.[/THINK]It is 42.", "Hm.", "It is 42.")]
    [InlineData("◁think▷Hm.◁/think▷It is 42.", "Hm.", "It is 42.")]
    [InlineData("<reasoning>Hm.</reasoning>It is 42.", "Hm.", "It is 42.")]
    [InlineData("<think></think>\n\n42", "", "42")]
    [InlineData("<think>One.</think>\n<think>Two.</think>\n42", "One.Two.", "42")]
    [InlineData("<think>It was cut here", "It was cut here", "")]
    [InlineData("Write <think>x</think> so.", "", "Write <think>x</think> so.")]
    [InlineData("  <thi", "", "  <thi")]
    [InlineData("<thinker>42</thinker>", "", "<thinker>42</thinker>")]
    [InlineData("\n 42 \n", "", "\n 42 \n")]
    public async Task Thoughts_between_tags_at_the_beginning_of_a_text_are_no_answer(string text, string thought, string said)
    {
        // Whole, and letter by letter: a tag may be split anywhere.
        foreach (var pieces in new[] { [text], text.Select(letter => $"{letter}") })
        {
            _server.Answer = ScriptedAnswer.Text(string.Concat(pieces.Select(piece => $"data: {Chunk(piece)}\n\n")) + End);
            Is(await Ask());
            _server.Answer = ScriptedAnswer.Text(
                string.Concat(pieces.Select(piece => $"{Line(piece, done: false)}\n")) + Line("", done: true) + "\n");
            Is(await ProviderFactory.Create("ollama", _server.Url, "", options: null).Collect(Answers.Ask()));
            _server.Answer = ScriptedAnswer.Text(
                Block("content_block_start", "content_block", "text", "")
                    + string.Concat(pieces.Select(piece => Block("content_block_delta", "delta", "text_delta", piece)))
                    + EndOfMessage);
            Is(await ProviderFactory.Create("anthropic", _server.Url, "", options: null).Collect(Answers.Ask()));
        }

        static string Chunk(string piece) =>
            new JsonObject
            {
                ["choices"] = new JsonArray(new JsonObject { ["delta"] = new JsonObject { ["content"] = piece } }),
            }.ToJsonString();
        static string Block(string kind, string member, string type, string piece) =>
            $"data: {new JsonObject { ["type"] = kind, ["index"] = 0, [member] = new JsonObject { ["type"] = type, ["text"] = piece } }.ToJsonString()}\n\n";
        static string Line(string piece, bool done) =>
            new JsonObject { ["message"] = new JsonObject { ["content"] = piece }, ["done"] = done }.ToJsonString();
        void Is(Answer answer)
        {
            Assert.Equal((thought, said, said), (answer.StreamedReasoning, answer.StreamedText, answer.Finished.Message.Text));
            Assert.Equal(thought, string.Concat(answer.Finished.Message.Content.OfType<ReasoningBlock>().Select(block => block.Text)));
        }
    }

    [Theory]
    [InlineData("""{"content":[{"text":"Hm.","thought":true}]}|{"content":[{"text":"42"}]}""")]
    [InlineData(
        """{"content":"H","extra_content":{"google":{"thought":true}}}|{"content":"m.","extra_content":{"google":{"thought":true}}}|{"content":"42"}"""
    )]
    [InlineData(
        """{"content":"<thought>H","extra_content":{"google":{"thought":true}}}|{"content":"m.","extra_content":{"google":{"thought":true}}}|{"content":"</thought>42"}"""
    )]
    public async Task A_piece_that_is_flagged_as_a_thought_is_no_answer(string deltas)
    {
        _server.Answer = ScriptedAnswer.Text(
            string.Concat(deltas.Split('|').Select(delta => $$$"""data: {"choices":[{"delta":{{{delta}}}}]}""" + "\n\n")) + End);
        var answer = await Ask();
        Assert.Equal(("Hm.", "42", "42"), (answer.StreamedReasoning, answer.StreamedText, answer.Finished.Message.Text));
        Assert.DoesNotContain(answer.Finished.Message.Content, block => block is OpaqueBlock);
    }

    [Theory]
    [InlineData("""{"content":[{"type":"hologram","data":"AA"}]}""")]
    [InlineData("""{"content":7}""")]
    public async Task Content_of_an_unknown_shape_is_a_fault_and_not_an_empty_answer(string delta)
    {
        _server.Answer = ScriptedAnswer.Text($$$"""data: {"choices":[{"delta":{{{delta}}}}]}""" + "\n\n" + End);
        Assert.Equal(ProviderErrorCode.MalformedResponse, (await Provider.Fail(Answers.Ask())).Code);
    }

    [Theory]
    [InlineData("""{"id":"c","usage":{"prompt_tokens":3,"completion_tokens":1}}""")]
    [InlineData("""{"id":"c","choices":null,"usage":{"prompt_tokens":3,"completion_tokens":1}}""")]
    [InlineData("""{"id":"c","choices":[],"usage":{"prompt_tokens":3.0,"completion_tokens":1}}""")]
    [InlineData(
        """{"choices":[{"index":0,"delta":null}],"usage":{"prompt_tokens":3,"completion_tokens":1},"error":null,"base_resp":{"status_code":0,"status_msg":""}}"""
    )]
    [InlineData("""{"choices":[{"index":1,"delta":{"content":"another choice"}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}""")]
    public async Task A_chunk_without_choices_brings_the_usage_or_nothing(string chunk)
    {
        _server.Answer = ScriptedAnswer.Text($"data: {chunk}\n\ndata: {{\"choices\":[{{\"delta\":{{\"content\":\"hello\"}}}}]}}\n\n{End}");
        var finished = (await Ask()).Finished;
        Assert.Equal(("hello", 3L, 1L), (finished.Message.Text, finished.Usage.InputTokens, finished.Usage.OutputTokens));
    }

    [Theory]
    [InlineData("\n", "")]
    [InlineData("\r\n", "")]
    [InlineData("\r", "")]
    [InlineData("\n", ": still working\n\n")]
    [InlineData("\n", "\uFEFF")]
    [InlineData("\r\n", "id: 1\r\nretry: 5\r\n\r\n")]
    public async Task Events_are_read_with_any_line_end_and_wherever_they_are_split(string lineEnd, string before)
    {
        var stream =
            $"{before}data: {{\"choices\":[{{\"delta\":\ndata: {{\"content\":\"é 漢 🎈\"}}}}]}}\n\ndata:{{\"choices\":[{{\"delta\":{{}},\"finish_reason\":\"stop\"}}]}}\n\ndata: [DONE] \n\n".ReplaceLineEndings(
                lineEnd);
        var length = Encoding.UTF8.GetByteCount(stream);
        for (var position = 1; position < length; position += 3)
        {
            _server.Answer = ScriptedAnswer.Text(stream).SplitAt(position);
            Assert.Equal("é 漢 🎈", (await Ask()).StreamedText);
        }
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    public async Task A_whole_completion_in_place_of_a_stream_is_an_answer(string type)
    {
        _server.Answer = ScriptedAnswer.Text(
            """
            {
              "model": "m",
              "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello", "tool_calls": null}, "finish_reason": "stop"}],
              "usage": {"prompt_tokens": 3, "completion_tokens": 1}
            }
            """, type);
        Assert.Equal("hello", (await Ask()).Finished.Message.Text);
    }

    [Theory]
    [InlineData("stop", ModelStopReason.EndTurn)]
    [InlineData("STOP", ModelStopReason.EndTurn)]
    [InlineData("eos", ModelStopReason.EndTurn)]
    [InlineData("length", ModelStopReason.MaxTokens)]
    [InlineData("MAX_TOKENS", ModelStopReason.MaxTokens)]
    [InlineData("model_context_window_exceeded", ModelStopReason.ContextFull)]
    [InlineData("content_filter", ModelStopReason.Refusal)]
    [InlineData("SAFETY", ModelStopReason.Refusal)]
    [InlineData("banana", "banana")]
    public async Task The_end_of_an_answer_is_told_in_one_set_of_words(string said, string reason)
    {
        _server.Answer = ScriptedAnswer.Text(
            $$$"""data: {"choices":[{"delta":{"content":"Half"},"finish_reason":"{{{said}}}"}]}""" + "\n\ndata: [DONE]\n\n");
        Assert.Equal(reason, (await Ask()).Finished.StopReason);
    }

    [Theory]
    [InlineData("error")]
    [InlineData("network_error")]
    [InlineData("insufficient_system_resource")]
    [InlineData("MALFORMED_FUNCTION_CALL")]
    [InlineData("tool_calls")]
    public async Task An_end_that_tells_of_a_failure_is_one_and_is_tried_again(string said)
    {
        _server.Answer = ScriptedAnswer.Text(
            $$$"""data: {"choices":[{"delta":{"content":"Half"},"finish_reason":"{{{said}}}"}]}""" + "\n\ndata: [DONE]\n\n");
        Assert.True((await Provider.Fail(Answers.Ask())).Retryable);
    }

    private const string EndOfMessage =
        "data: {\"type\":\"content_block_stop\",\"index\":0}\n\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\ndata: {\"type\":\"message_stop\"}\n\n";

    private const string End = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

    private IModelProvider Provider => ProviderFactory.Create("openai", _server.Url, "key", options: null);

    private Task<Answer> Ask() => Provider.Collect(Answers.Ask());
}
