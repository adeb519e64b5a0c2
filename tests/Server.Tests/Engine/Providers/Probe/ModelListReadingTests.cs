using System.Text.Json;
using Koda.Server.Engine.Providers;
using Xunit;

namespace Koda.Server.Tests.Engine.Providers.Probe;

/// <summary>Lists of models as providers publish them.</summary>
public sealed class ModelListReadingTests
{
    [Fact]
    public void OpenRouter_tells_prices_context_and_abilities()
    {
        var model = Single("openai", """
            {"data":[{"id":"openai/gpt-4o","name":"OpenAI: GPT-4o","context_length":128000,
              "architecture":{"input_modalities":["text","image","file"],"output_modalities":["text"]},
              "pricing":{"prompt":"0.0000025","completion":"0.00001","input_cache_read":"0.00000125","image":"0.003613"},
              "top_provider":{"context_length":128000,"max_completion_tokens":16384,"is_moderated":true},
              "supported_parameters":["max_tokens","tools","temperature"]}]}
            """
        );
        Assert.Equal(
            ("openai/gpt-4o", "OpenAI: GPT-4o", 128_000, 16_384), (model.Id, model.Title, model.ContextTokens, model.MaxOutputTokens));
        Assert.Equal(
            (2_500_000, 10_000_000, 1_250_000, "provider"),
            (model.InputMicros, model.OutputMicros, model.CachedInputMicros, model.PriceSource));
        Assert.Equal((true, true, false), (model.Tools, model.Vision, model.Reasoning));
    }

    [Fact]
    public void A_router_whose_price_depends_has_none()
    {
        var model = Single("openai", """{"data":[{"id":"openrouter/auto","pricing":{"prompt":"-1","completion":"-1"}}]}""");
        Assert.Equal((null, ""), (model.InputMicros, model.PriceSource));
    }

    [Fact]
    public void Mistral_tells_abilities()
    {
        var model = Single("openai", """
            {"object":"list","data":[{"id":"mistral-large-latest","name":"mistral-large-2512","max_context_length":262144,
              "capabilities":{"completion_chat":true,"function_calling":true,"vision":false,"fine_tuning":false}}]}
            """);
        Assert.Equal((262_144, true, false, true), (model.ContextTokens, model.Tools, model.Vision, model.Streaming));
    }

    [Fact]
    public void Anthropic_tells_limits_and_the_list_price_is_added()
    {
        var model = Single("anthropic", """
            {"data":[{"type":"model","id":"claude-sonnet-4-5-20250929","display_name":"Claude Sonnet 4.5","max_input_tokens":200000,"max_tokens":64000,
              "capabilities":{"image_input":{"supported":true},"thinking":{"supported":true}}}],"has_more":false}
            """
        );
        Assert.Equal(
            ("Claude Sonnet 4.5", 200_000, 64_000, true, true),
            (model.Title, model.ContextTokens, model.MaxOutputTokens, model.Vision, model.Reasoning));
        Assert.Equal((3_000_000, 15_000_000, "list"), (model.InputMicros, model.OutputMicros, model.PriceSource));
    }

    [Fact]
    public void Gemini_names_and_bare_lists_are_read()
    {
        Assert.Equal("gemini-3-pro", Single("openai", """[{"id":"models/gemini-3-pro","object":"model"}]""").Id);
        Assert.Equal(
            ("llama-3.3-70b", 131_072, 32_768),
            Groq() switch
            {
                var model => (model.Id, model.ContextTokens, model.MaxOutputTokens),
            });
    }

    [Fact]
    public void Ollama_tells_what_a_model_can_when_it_is_shown()
    {
        var listed = Single("ollama", """{"models":[{"name":"qwen3:8b","model":"qwen3:8b","details":{"family":"qwen3"}}]}""");
        var shown = ModelListReading.Shown(
            listed,
            JsonElement.Parse(
                """{"capabilities":["completion","tools","thinking"],"model_info":{"general.architecture":"qwen3","qwen3.context_length":40960}}"""
            ));
        Assert.Equal(("qwen3:8b", 40_960, true, false, true), (shown.Id, shown.ContextTokens, shown.Tools, shown.Vision, shown.Reasoning));
    }

    [Theory]
    [InlineData("""{"data":{}}""")]
    [InlineData("\"models\"")]
    [InlineData("null")]
    public void What_is_no_list_is_malformed(string json) =>
        Assert.Equal(
            "provider.malformed_response",
            Assert.Throws<ProbeFailure>(() => ModelListReading.From("openai", JsonElement.Parse(json))).Code);

    [Fact]
    public void Entries_of_other_types_are_passed_over() =>
        Assert.Equal(
            ["a"],
            ModelListReading
                .From("openai", JsonElement.Parse("""{"data":[1,null,"x",{"id":7},{"id":"a","context_length":"long"},{"id":"a"}]}"""))
                .Select(model => model.Id));

    private static ModelFacts Groq() =>
        Single("openai", """{"data":[{"id":"llama-3.3-70b","active":true,"context_window":131072,"max_completion_tokens":32768}]}""");

    private static ModelFacts Single(string kind, string json) => Assert.Single(ModelListReading.From(kind, JsonElement.Parse(json)));
}
