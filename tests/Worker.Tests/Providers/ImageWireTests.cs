using Koda.Worker.Providers;
using Koda.Worker.Providers.Anthropic;
using Koda.Worker.Providers.Ollama;
using Koda.Worker.Providers.OpenAi;
using Xunit;

namespace Koda.Worker.Tests.Providers;

public class ImageWireTests
{
    private static readonly ModelRequest s_request = Answers.Ask() with
    {
        System = "",
        Messages = [new ModelMessage(ModelRole.User, [new TextBlock("What is it?"), new ImageBlock("a.png", "image/png", "digest") { Data = "AAEC" }])],
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
    public void Ollama_takes_images_beside_the_text() => Assert.Equal(
        """{"role":"user","content":"What is it?","images":["AAEC"]}""", OllamaRequest.Write(s_request, [])["messages"]![0]!.ToJsonString());

    [Fact]
    public void The_log_holds_which_image_it_was_and_not_its_bytes()
    {
        var written = ModelMessageJson.Write(s_request.Messages[0]);
        Assert.Equal("""{"type":"image","path":"a.png","mime_type":"image/png","digest":"digest"}""", written["content"]![1]!.ToJsonString());
        Assert.Equal(new ImageBlock("a.png", "image/png", "digest"), ModelMessageJson.Read(written).Content[1]);
    }
}
