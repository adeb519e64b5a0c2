using System.Text.Json.Nodes;
using Koda.Worker.Providers;
using Koda.Worker.Providers.Learning;
using Xunit;

namespace Koda.Worker.Tests.Providers;

/// <summary>What a model takes is learned from what its endpoint refuses, and remembered.</summary>
public sealed class LearningTests : IAsyncLifetime
{
    private readonly LearntTraits _learnt = new();
    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(
        "max_tokens",
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "max_completion_tokens")]
    [InlineData(
        "temperature",
        "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
        null)]
    [InlineData("stream_options", "Unrecognized request argument supplied: stream_options", null)]
    [InlineData("parallel_tool_calls", "parallel_tool_calls: Extra inputs are not permitted", null)]
    [InlineData("top_p", "`temperature` and `top_p` cannot both be specified for this model. Please use only one.", null)]
    [InlineData("reasoning_effort", "Unknown parameter: 'reasoning_effort'.", null)]
    public async Task A_member_that_is_refused_is_left_out_or_renamed(string member, string words, string? instead)
    {
        _server.AnswerTo = body => body[member] is null ? Yes : Refuse(words);
        for (var i = 0; i < 2; i++)
        {
            var options = new JsonObject { ["temperature"] = 0.2, ["top_p"] = 0.9, ["parallel_tool_calls"] = true };
            await Provider().Collect(Answers.Ask() with { MaxOutputTokens = 77, Variant = "high", Options = options });
        }

        Assert.Equal(3, _server.Requests.Count);
        Assert.Equal([true, false, false], _server.Requests.Select(request => request.Body[member] is not null));
        if (instead is not null)
            Assert.Equal(77, _server.LastBody[instead]!.GetValue<int>());
    }

    [Theory]
    [InlineData(
        "max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided 100000.", 16_384)]
    [InlineData("Range of max_tokens should be [1, 8192]", 8192)]
    [InlineData("max_tokens: 100000 > 64,000, which is the maximum allowed number of output tokens", 64_000)]
    public async Task A_limit_that_is_too_large_becomes_the_largest(string words, int largest)
    {
        _server.AnswerTo = body => body["max_tokens"]!.GetValue<int>() <= largest ? Yes : Refuse(words);
        await Provider().Collect(Answers.Ask() with { MaxOutputTokens = 100_000 });
        Assert.Equal(largest, _server.LastBody["max_tokens"]!.GetValue<int>());
    }

    [Theory]
    [InlineData(
        "'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property 'reasoning_content' is unsupported)]",
        "reasoning_content")]
    [InlineData("messages.1.reasoning_details: Extra inputs are not permitted", "reasoning_details")]
    [InlineData("Unknown name \"extra_content\" at 'messages[1].tool_calls[0]': Cannot find field.", "extra_content")]
    public async Task A_member_of_messages_that_is_refused_is_left_out(string words, string member)
    {
        _server.AnswerTo = body => body["messages"]!.ToJsonString().Contains(member, StringComparison.Ordinal) ? Refuse(words) : Yes;
        var answer = ModelMessage.Assistant(
            new ReasoningBlock("Hm."),
            new OpaqueBlock("""{"reasoning_details":[1]}"""),
            new ToolCallBlock("c1", "read", "{}") { Opaque = """{"extra_content":{"a":1}}""" });
        for (var i = 0; i < 2; i++)
            Assert.Equal("Yes.", (await Provider().Collect(InLoop(answer))).Finished.Message.Text);
        Assert.Equal(3, _server.Requests.Count);
    }

    [Theory]
    [InlineData("The `reasoning_content` in the thinking mode must be passed back to the API.")]
    [InlineData("thinking is enabled but reasoning_content is missing in assistant tool call message at index 2")]
    public async Task A_model_that_insists_on_reasoning_gets_it_for_calls_of_others_too(string words)
    {
        _server.AnswerTo = body =>
            body["messages"]!
                .AsArray()
                .All(message => message!["tool_calls"] is null || message["reasoning_content"]?.GetValue<string>().Length > 0)
                ? Yes
                : Refuse(words);
        var foreign = ModelMessage.Assistant(new ReasoningBlock("Hm.", "c2ln"), new ToolCallBlock("c1", "read", "{}")) with
        {
            Origin = "another",
        };
        await Provider().Collect(InLoop(foreign));
        Assert.Equal("Hm.", _server.LastBody["messages"]![2]!["reasoning_content"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_model_that_insists_on_signatures_of_calls_is_told_that_there_is_none()
    {
        _server.AnswerTo = body =>
            body.ToJsonString().Contains("thought_signature", StringComparison.Ordinal)
                ? Yes
                : Refuse(
                    "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly.");
        await Provider().Collect(InLoop(ModelMessage.Assistant(new ToolCallBlock("c1", "read", "{}")) with { Origin = "another" }));
        Assert.Equal(2, _server.Requests.Count);
    }

    [Theory]
    [InlineData("System role not supported")]
    [InlineData("Unsupported value: 'messages[0].role' does not support 'system' with this model.")]
    [InlineData("Developer instruction is not enabled for models/gemma-3-27b-it")]
    public async Task Without_a_system_role_the_prompt_stands_in_the_first_message(string words)
    {
        _server.AnswerTo = body => body["messages"]![0]!["role"]!.GetValue<string>() == "user" ? Yes : Refuse(words);
        await Provider().Collect(Answers.Ask());
        Assert.Equal("Be brief.\n\nhello", _server.LastBody["messages"]![0]!["content"]!.GetValue<string>());
    }

    [Fact]
    public async Task Neighbours_of_one_role_are_joined_where_roles_must_alternate()
    {
        _server.AnswerTo = body =>
            body["messages"]!.AsArray().Count == 2
                ? Yes
                : Refuse("After the optional system message, conversation roles must alternate user/assistant/user/assistant/...");
        await Provider().Collect(Answers.Ask() with { Messages = [ModelMessage.User("one"), ModelMessage.User("two")] });
        Assert.Equal("one\n\ntwo", _server.LastBody["messages"]![1]!["content"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("Tool call id was call_12345 but must be a-z, A-Z, 0-9, with a length of 9.", "^[a-zA-Z0-9]{9}$")]
    [InlineData(
        "Invalid 'messages[2].tool_calls[0].id': string too long. Expected a string with maximum length 40, but got a string with length 60 instead.",
        "^[a-zA-Z0-9_-]{1,40}$")]
    public async Task Ids_are_made_such_as_the_endpoint_takes(string words, string pattern)
    {
        _server.AnswerTo = body =>
            System.Text.RegularExpressions.Regex.IsMatch(body["messages"]![2]!["tool_calls"]![0]!["id"]!.GetValue<string>(), pattern)
                ? Yes
                : Refuse(words);
        var id = "call_12345" + new string('x', 50);
        await Provider().Collect(InLoop(ModelMessage.Assistant(new ToolCallBlock(id, "read", "{}")), id));
        Assert.Equal(
            _server.LastBody["messages"]![2]!["tool_calls"]![0]!["id"]!.GetValue<string>(),
            _server.LastBody["messages"]![3]!["tool_call_id"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("Invalid schema for function 'bad_tool': In context=(), object schema missing properties.")]
    [InlineData("tools.1.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12")]
    [InlineData("Invalid 'tools[1].function.name': string does not match pattern.")]
    public async Task A_tool_that_is_refused_costs_that_tool_only(string words)
    {
        _server.AnswerTo = body => body["tools"]!.AsArray().Count == 1 ? Yes : Refuse(words);
        await Provider().Collect(Answers.Ask() with { Tools = [Answers.ReadTool, Answers.ReadTool with { Name = "bad_tool" }] });
        Assert.Equal("read", _server.LastBody["tools"]![0]!["function"]!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_refused_signature_is_left_out_and_new_ones_are_sent()
    {
        _server.AnswerTo = body =>
            body.ToJsonString().Contains("b2xk", StringComparison.Ordinal)
                ? ScriptedAnswer.Error(
                    400,
                    """{"type":"error","error":{"type":"invalid_request_error","message":"messages.1.content.0: Invalid `signature` in `thinking` block"}}"""
                )
                : YesOfClaude;
        var provider = ProviderFactory.Create("anthropic", _server.Url, "key", options: null, learnt: _learnt);
        await provider.Collect(
            InLoop(ModelMessage.Assistant(new ReasoningBlock("Old.", "b2xk"), new ToolCallBlock("c1", "read", "{}"))));
        Assert.DoesNotContain("Old.", _server.LastBody.ToJsonString());
        await provider.Collect(
            InLoop(ModelMessage.Assistant(new ReasoningBlock("New.", "bmV3"), new ToolCallBlock("c1", "read", "{}"))));
        Assert.Contains("bmV3", _server.LastBody.ToJsonString());
    }

    [Theory]
    [InlineData("Could not process image")]
    [InlineData(
        "messages.2.content.0.tool_result.content.1.image.source.base64.data: At least one of the image dimensions exceed max allowed size: 8000 pixels"
    )]
    [InlineData("You uploaded an unsupported image. Please make sure your image is valid.")]
    public async Task An_image_that_is_refused_costs_that_image_only(string words)
    {
        _server.AnswerTo = body => body.ToJsonString().Contains("b2xk", StringComparison.Ordinal) ? Refuse(words) : Yes;
        await Provider().Collect(Showing("b2xk"));
        Assert.Contains("left out", _server.LastBody["messages"]![3]!["content"]!.GetValue<string>());
        await Provider().Collect(Showing("b2xk", "bmV3"));
        Assert.Contains("bmV3", _server.LastBody.ToJsonString());
        Assert.Equal(3, _server.Requests.Count);
    }

    [Theory]
    [InlineData("No endpoints found that support image input")]
    [InlineData("Invalid content type. image_url is only supported by certain models.")]
    public async Task A_model_that_takes_no_images_is_told_that_they_are_left_out(string words)
    {
        _server.AnswerTo = body => body.ToJsonString().Contains("image_url", StringComparison.Ordinal) ? Refuse(words) : Yes;
        await Provider().Collect(Showing("b2xk"));
        await Provider().Collect(Showing("bmV3"));
        Assert.Equal(3, _server.Requests.Count);
        Assert.Equal(
            "shown\n(An image of the type image/png that the tool gave is left out: this model cannot look at it.)",
            _server.LastBody["messages"]![3]!["content"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_model_that_takes_no_user_behind_results_gets_images_inside_of_them()
    {
        _server.AnswerTo = body =>
            body["messages"]!.AsArray()[^1]!["role"]!.GetValue<string>() == "user"
                ? Refuse("Unexpected role 'user' after role 'tool'")
                : Yes;
        await Provider().Collect(Showing("b2xk"));
        Assert.Contains("b2xk", _server.LastBody["messages"]![3]!["content"]!.ToJsonString());
    }

    [Fact]
    public async Task A_refusal_that_teaches_nothing_is_told_at_once()
    {
        _server.Answer = Refuse("The model `nope` does not exist.");
        Assert.Equal(ProviderErrorCode.InvalidRequest, (await Provider().Fail(Answers.Ask())).Code);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task What_is_about_the_connection_is_never_sent()
    {
        _server.Answer = Yes;
        var options = new JsonObject
        {
            ["idle_timeout_seconds"] = 9,
            ["allow_private_network"] = true,
            ["tool_calls"] = "native",
            ["seed"] = 7,
        };
        await ProviderFactory.Create("openai", _server.Url, "key", options).Collect(Answers.Ask() with { Options = options });
        Assert.Equal(7, _server.LastBody["seed"]!.GetValue<int>());
        Assert.DoesNotContain(_server.LastBody, member => member.Key is "idle_timeout_seconds" or "allow_private_network" or "tool_calls");
    }

    private static ScriptedAnswer Yes =>
        ScriptedAnswer.Text("data: {\"choices\":[{\"delta\":{\"content\":\"Yes.\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");

    private static ScriptedAnswer YesOfClaude =>
        ScriptedAnswer.Text("""{"type":"message","model":"m","content":[{"type":"text","text":"Yes."}],"stop_reason":"end_turn"}""");

    private static ScriptedAnswer Refuse(string words) =>
        ScriptedAnswer.Error(
            400, new JsonObject { ["error"] = new JsonObject { ["message"] = words, ["type"] = "invalid_request_error" } }.ToJsonString());

    private IModelProvider Provider() => ProviderFactory.Create("openai", _server.Url, "key", options: null, learnt: _learnt);

    private static ModelRequest Showing(params string[] data) =>
        Answers.Ask() with
        {
            Messages =
            [
                ModelMessage.User("show it"),
                ModelMessage.Assistant(new ToolCallBlock("c1", "read", "{}")),
                ModelMessage.ToolResult(
                    "c1",
                    "read",
                    "shown",
                    isError: false,
                    data.Select(each => new ImageBlock(null, "image/png", $"of {each}") { Data = each })),
            ],
        };

    private static ModelRequest InLoop(ModelMessage answer, string id = "c1") => Answers.Ask() with
    {
        Messages = [ModelMessage.User("read it"), answer, ModelMessage.ToolResult(id, "read", "text", isError: false)],
    };
}
