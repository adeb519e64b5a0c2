using System.Text.Json.Nodes;
using Koda.Worker.Providers;
using Koda.Worker.Providers.Anthropic;
using Koda.Worker.Providers.Learning;
using Koda.Worker.Providers.Ollama;
using Koda.Worker.Providers.OpenAi;
using Koda.Worker.Providers.TextCalls;
using Xunit;

namespace Koda.Worker.Tests.Providers;

public class ImageWireTests
{
    private static readonly ModelRequest s_request = Answers.Ask() with
    {
        System = "",
        Messages =
        [
            new ModelMessage(
                ModelRole.User,
                [new TextBlock("What is it?"), new ImageBlock("a.png", "image/png", "digest") { Data = "AAEC" }]),
        ],
    };

    [Fact]
    public void Anthropic_takes_images_as_sources() => Assert.Equal(
        """{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAEC"},"cache_control":{"type":"ephemeral"}}""",
        AnthropicRequest.Write(s_request, [])["messages"]![0]!["content"]![1]!.ToJsonString());

    [Fact]
    public void Chat_completions_take_images_as_addresses() => Assert.Equal(
        """[{"type":"text","text":"What is it?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAEC"}}]""",
        OpenAiRequest.Write(s_request, OpenAiProvider.Endpoint(null, null))["messages"]![0]!["content"]!.ToJsonString());

    [Fact]
    public void Ollama_takes_images_beside_the_text() =>
        Assert.Equal(
            """{"role":"user","content":"What is it?","images":["AAEC"]}""",
            OllamaRequest.Write(s_request, [])["messages"]![0]!.ToJsonString());

    // Two results of one answer, of which the first has two images, and what the user says then.
    private static readonly ModelRequest s_results = s_request with
    {
        Messages =
        [
            ModelMessage.Assistant(new ToolCallBlock("c1", "shot", "{}"), new ToolCallBlock("c2", "look", "{}")),
            ModelMessage.ToolResult("c1", "shot", "two", isError: false, [Shown("AAEC"), Shown("AwQF")]),
            ModelMessage.ToolResult("c2", "look", "none", isError: false),
            ModelMessage.User("And?"),
        ],
    };

    [Fact]
    public void Anthropic_takes_images_inside_of_results()
    {
        var said = AnthropicRequest.Write(s_results, [])["messages"]![1]!["content"]!;
        Assert.Equal(["tool_result", "tool_result", "text"], said.AsArray().Select(block => block!["type"]!.GetValue<string>()));
        Assert.Equal(
            """[{"type":"text","text":"two"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAEC"}},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AwQF"}}]""",
            said[0]!["content"]!.ToJsonString());
        Assert.Equal("none", said[1]!["content"]!.GetValue<string>());
    }

    [Fact]
    public void Chat_completions_take_images_behind_all_results_of_an_answer()
    {
        var said = Chat(s_results);
        Assert.Equal(["assistant", "tool", "tool", "user", "user"], said.Select(message => message!["role"]!.GetValue<string>()));
        Assert.Equal(["two", "none"], said.Skip(1).Take(2).Select(message => message!["content"]!.GetValue<string>()));
        Assert.Equal(
            ["(What shot gave in call c1:)", "data:image/png;base64,AAEC", "data:image/png;base64,AwQF"],
            said[3]!["content"]!.AsArray().Select(part => (part!["text"] ?? part["image_url"]!["url"])!.GetValue<string>()));
    }

    [Fact]
    public void Chat_completions_keep_roles_alternating_where_they_must() =>
        Assert.Equal(
            ["assistant", "tool", "tool", "user"],
            Chat(s_results with { Traits = new ModelTraits { Alternates = true } }).Select(message => message!["role"]!.GetValue<string>())
        );

    [Fact]
    public void Chat_completions_have_images_inside_of_results_where_no_user_may_follow()
    {
        var said = Chat(s_results with { Traits = new ModelTraits { TakesImagesInResults = true } });
        Assert.Equal(["assistant", "tool", "tool", "user"], said.Select(message => message!["role"]!.GetValue<string>()));
        Assert.Equal(["text", "image_url", "image_url"], said[1]!["content"]!.AsArray().Select(part => part!["type"]!.GetValue<string>()));
    }

    [Fact]
    public void Ollama_takes_images_behind_all_results_of_an_answer()
    {
        var said = OllamaRequest.Write(s_results, [])["messages"]!;
        Assert.Equal(["assistant", "tool", "tool", "user", "user"], said.AsArray().Select(message => message!["role"]!.GetValue<string>()));
        Assert.Equal("""["AAEC","AwQF"]""", said[3]!["images"]!.ToJsonString());
    }

    [Fact]
    public void A_model_that_calls_by_text_is_shown_images_beside_the_text_of_the_result()
    {
        var said = CommandPrompt.Of(s_results).Messages[1];
        Assert.Equal(ModelRole.User, said.Role);
        Assert.Equal(2, said.Images.Count());
    }

    [Fact]
    public void The_log_holds_which_images_a_result_has()
    {
        var written = ModelMessageJson.Write(s_results.Messages[1]);
        Assert.Equal(
            """[{"mime_type":"image/png","digest":"of AAEC"},{"mime_type":"image/png","digest":"of AwQF"}]""",
            written["images"]!.ToJsonString());
        Assert.Equal(
            [new ImageBlock(null, "image/png", "of AAEC"), new ImageBlock(null, "image/png", "of AwQF")],
            ModelMessageJson.Read(written).Images);
    }

    [Fact]
    public void The_log_holds_which_image_it_was_and_not_its_bytes()
    {
        var written = ModelMessageJson.Write(s_request.Messages[0]);
        Assert.Equal(
            """{"type":"image","path":"a.png","mime_type":"image/png","digest":"digest"}""",
            written["content"]![1]!.ToJsonString());
        Assert.Equal(new ImageBlock("a.png", "image/png", "digest"), ModelMessageJson.Read(written).Content[1]);
    }

    private static ImageBlock Shown(string data) => new(null, "image/png", $"of {data}") { Data = data };

    private static JsonArray Chat(ModelRequest request) =>
        OpenAiRequest.Write(request, OpenAiProvider.Endpoint(null, null))["messages"]!.AsArray();
}
