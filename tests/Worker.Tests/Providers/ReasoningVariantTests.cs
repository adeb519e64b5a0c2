using System.Text.Json.Nodes;
using Koda.Worker.Providers;
using Koda.Worker.Providers.Anthropic;
using Koda.Worker.Providers.Ollama;
using Koda.Worker.Providers.OpenAi;
using Xunit;

namespace Koda.Worker.Tests.Providers;

public sealed class ReasoningVariantTests : IAsyncLifetime
{
    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("claude-opus-5-5", "adaptive", """{"max_tokens":18192,"thinking":{"type":"adaptive","display":"summarized"}}""")]
    [InlineData(
        "claude-sonnet-4-6",
        "low",
        """{"max_tokens":11192,"thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"low"}}"""
    )]
    [InlineData(
        "claude-opus-4-8",
        "max",
        """{"max_tokens":40192,"thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"max"}}"""
    )]
    [InlineData(
        "claude-mythos-preview",
        "high",
        """{"max_tokens":18192,"thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"high"}}"""
    )]
    [InlineData("anthropic/claude-haiku-4.5", "low", """{"max_tokens":11192,"thinking":{"type":"enabled","budget_tokens":3000}}""")]
    [InlineData("claude-sonnet-4-20250514", "high", """{"max_tokens":18192,"thinking":{"type":"enabled","budget_tokens":10000}}""")]
    [InlineData("claude-3-7-sonnet-20250219", "adaptive", """{"max_tokens":18192,"thinking":{"type":"enabled","budget_tokens":10000}}""")]
    [InlineData("claude-opus-4-1-20250805", "max", """{"max_tokens":32000,"thinking":{"type":"enabled","budget_tokens":23808}}""")]
    [InlineData("claude-3-5-sonnet-20241022", "max", """{"max_tokens":8192}""")]
    [InlineData("claude-opus-5-5", "least", """{"max_tokens":8192,"output_config":{"effort":"low"}}""")]
    [InlineData("claude-opus-4-1-20250805", "least", """{"max_tokens":8192}""")]
    [InlineData("claude-opus-4-1-20250805", "", """{"max_tokens":8192}""")]
    public void Claude_models_get_an_effort_or_a_budget_by_their_version(string model, string variant, string expected) =>
        Assert.Equal(expected, Parts(AnthropicRequest.Write(Ask(model, variant), []), "max_tokens", "thinking", "output_config"));

    [Theory]
    [InlineData(64_000, 64_000, 32_000)]
    [InlineData(40_000, 64_000, 24_000)]
    [InlineData(1_000, 33_000, 32_000)]
    public void A_budget_is_always_smaller_than_what_may_be_written(int asked, int maxTokens, int budget)
    {
        var body = AnthropicRequest.Write(Ask("claude-sonnet-4-5", "max") with { MaxOutputTokens = asked }, []);
        Assert.Equal((maxTokens, budget), (body["max_tokens"]!.GetValue<int>(), body["thinking"]!["budget_tokens"]!.GetValue<int>()));
    }

    [Fact]
    public void Thinking_takes_no_sampling_options_and_stands_over_the_agents_own()
    {
        var options = new JsonObject { ["temperature"] = 0.2, ["thinking"] = new JsonObject { ["type"] = "disabled" } };
        var body = AnthropicRequest.Write(Ask("claude-sonnet-4-5", "low"), options);
        Assert.Null(body["temperature"]);
        Assert.Equal(3000, body["thinking"]!["budget_tokens"]!.GetValue<int>());
    }

    [Fact]
    public void With_calls_of_another_models_answer_a_budget_waits_for_the_next_answer()
    {
        var body = AnthropicRequest.Write(InLoop(new TextBlock("I look.")), []);
        Assert.Null(body["thinking"]);
        Assert.NotNull(AnthropicRequest.Write(InLoop(new ReasoningBlock("Hm.", "c2ln")), [])["thinking"]);
    }

    [Theory]
    [InlineData("gpt-5.1", "max", "high")]
    [InlineData("gpt-6-sol", "max", "xhigh")]
    [InlineData("o4-mini", "low", "low")]
    [InlineData("gpt-5.4", "least", "low")]
    [InlineData("gpt-5.4", "adaptive", null)]
    [InlineData("qwen3", "max", "high")]
    public void Models_behind_chat_completions_get_an_effort(string model, string variant, string? effort) =>
        Assert.Equal(
            effort, OpenAiRequest.Write(Ask(model, variant), OpenAiProvider.Endpoint(null, "key"))["reasoning_effort"]?.GetValue<string>());

    [Theory]
    [InlineData("qwen3:8b", "max", "true")]
    [InlineData("qwen3:8b", "least", "false")]
    [InlineData("gpt-oss:20b", "max", "\"high\"")]
    [InlineData("gpt-oss:20b", "least", "\"low\"")]
    public void Ollama_is_told_to_think_or_how_much(string model, string variant, string think) =>
        Assert.Equal(think, OllamaRequest.Write(Ask(model, variant), [])["think"]!.ToJsonString());

    [Theory]
    [InlineData("ollama", """{"error":"\"test-model\" does not support thinking"}""", "think")]
    [InlineData(
        "openai",
        """{"error":{"message":"Unsupported parameter: 'reasoning_effort' is not supported with this model.","type":"invalid_request_error"}}""",
        "reasoning_effort")]
    [InlineData(
        "anthropic",
        """{"type":"error","error":{"type":"invalid_request_error","message":"thinking: this model does not support thinking"}}""",
        "thinking")]
    public async Task A_model_that_refuses_to_reason_is_asked_without_it_from_then_on(string kind, string refusal, string field)
    {
        _server.AnswerTo = body => body[field] is null ? Whole(kind) : ScriptedAnswer.Error(400, refusal);
        var provider = ProviderFactory.Create(kind, _server.Url, "key", options: null);

        Assert.Equal("Yes.", (await provider.Collect(Ask("test-model", "high"))).Finished.Message.Text);
        Assert.Equal("Yes.", (await provider.Collect(Ask("test-model", "high"))).Finished.Message.Text);

        Assert.Equal([true, false, false], _server.Requests.Select(request => request.Body[field] is not null));
    }

    [Theory]
    [InlineData("anthropic", """{"type":"none"}""")]
    [InlineData("openai", "\"none\"")]
    public async Task A_model_that_may_not_call_its_tools_still_knows_them(string kind, string choice)
    {
        _server.Answer = Whole(kind);
        await ProviderFactory
            .Create(kind, _server.Url, "key", options: null)
            .Collect(Ask("test-model", "") with { MayCallTools = false });
        Assert.Equal(choice, _server.LastBody["tool_choice"]!.ToJsonString());
        Assert.Single(_server.LastBody["tools"]!.AsArray());
    }

    private static ModelRequest Ask(string model, string variant) => Answers.Ask(model: model) with { Variant = variant };

    private static ModelRequest InLoop(ContentBlock first) => Ask("claude-sonnet-4-5", "low") with
    {
        Messages =
        [
            ModelMessage.User("read it"), ModelMessage.Assistant(first, new ToolCallBlock("c", "read", "{}")),
            ModelMessage.ToolResult("c", "read", "text", isError: false),
        ],
    };

    private static string Parts(JsonObject body, params string[] names) =>
        new JsonObject(names.Where(body.ContainsKey).Select(name => KeyValuePair.Create(name, body[name]?.DeepClone()))).ToJsonString();

    private static ScriptedAnswer Whole(string kind) =>
        kind switch
        {
            "ollama" => ScriptedAnswer.Text(
                """{"message":{"role":"assistant","content":"Yes."},"done":true}""" + "\n",
                "application/x-ndjson"),
            "openai" => ScriptedAnswer.Text(
                "data: {\"choices\":[{\"delta\":{\"content\":\"Yes.\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"),
            _ => ScriptedAnswer.Text(
                """
                data: {"type":"message_start","message":{"usage":{"input_tokens":1}}}

            data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":"Yes."}}

            data: {"type":"content_block_stop","index":0}

            data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}

            data: {"type":"message_stop"}


            """),
        };
}
