using Koda.Protos.Worker.V1;
using Koda.Worker.Context;
using Koda.Worker.Providers.Ollama;
using Koda.Worker.Tests.Providers;
using Xunit;

namespace Koda.Worker.Tests.Context;

public class ModelWindowTests
{
    [Theory]
    [InlineData("anthropic", 200_000, "", 200_000)]
    [InlineData("ollama", 131_072, "", 32_768)]
    [InlineData("ollama", 8_192, "", 8_192)]
    [InlineData("ollama", 131_072, """{"num_ctx": 65536}""", 65_536)]
    [InlineData("ollama", 131_072, """{"options": {"num_ctx": 4096}}""", 4_096)]
    [InlineData("ollama", 0, "", 0)]
    [InlineData("openai", 0, """{"context_tokens": 16384}""", 16_384)]
    [InlineData("openai", 131_072, """{"num_ctx": 4096}""", 131_072)]
    public void What_a_model_reads_is_what_it_was_asked_to(string kind, long known, string options, long window) =>
        Assert.Equal(
            window,
            ModelWindow.Of(
                new Assignment { Agent = new AgentSpec { ProviderKind = kind, ProviderOptions = options }, ContextTokens = known }, ""));

    [Fact]
    public void Ollama_is_asked_for_it_unless_the_agent_says_otherwise()
    {
        var request = Answers.Ask() with { ContextTokens = 32_768 };
        Assert.Equal("""{"num_ctx":32768}""", OllamaRequest.Write(request, [])["options"]!.ToJsonString());
        Assert.Equal("""{"num_ctx":4096}""", OllamaRequest.Write(request, new() { ["num_ctx"] = 4096 })["options"]!.ToJsonString());
        Assert.Null(OllamaRequest.Write(Answers.Ask(), [])["options"]);
    }
}
