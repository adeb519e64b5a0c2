using Koda.Server.Engine.Providers;
using Xunit;

namespace Koda.Server.Tests.Engine.Providers;

public sealed class UsualModelTests
{
    [Theory]
    [InlineData("anthropic", "claude-sonnet-4-5-20250929", "claude-opus-4-5-20251101", "claude-sonnet-4-5-20250929", "claude-haiku-4-5")]
    [InlineData("openai", "gpt-5", "text-embedding-3-large", "gpt-5-mini", "gpt-5", "whisper-1")]
    [InlineData("gemini", "gemini-2.5-pro", "gemini-embedding-001", "gemini-2.5-flash", "gemini-2.5-pro")]
    [InlineData("my-gateway", "first", "bge-embed", "first", "second")]
    public void The_best_that_is_offered_is_chosen_and_nothing_that_does_not_talk(
        string provider,
        string chosen,
        params string[] offered) => Assert.Equal(chosen, UsualModel.Of(provider, [.. offered.Select(id => new ModelFacts(id))]));

    [Fact]
    public void Of_unknown_models_one_that_calls_tools_is_taken_first() => Assert.Equal(
        "qwen3:8b", UsualModel.Of("ollama", [new ModelFacts("gemma:2b") { Tools = false }, new ModelFacts("qwen3:8b") { Tools = true }]));

    [Fact]
    public void A_model_without_tools_is_better_than_none() =>
        Assert.Equal(
            "gemma:2b", UsualModel.Of("ollama", [new ModelFacts("nomic-embed-text"), new ModelFacts("gemma:2b") { Tools = false }]));

    [Fact]
    public void Where_nothing_would_do_nothing_is_chosen() => Assert.Null(UsualModel.Of("ollama", [new ModelFacts("nomic-embed-text")]));
}
