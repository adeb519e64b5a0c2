using Koda.Worker.Providers;
using Xunit;

namespace Koda.Worker.Tests.Providers;

public sealed class PriceTableTests
{
    [Theory]
    [InlineData("gpt-4o", 2_500_000)]
    [InlineData("gpt-4o-2024-08-06", 2_500_000)]
    [InlineData("gpt-4o-mini-2024-07-18", 150_000)]
    [InlineData("openai/gpt-4o-mini", 150_000)]
    [InlineData("claude-opus-4-1-20250805", 15_000_000)]
    [InlineData("claude-opus-4-5@20251101", 5_000_000)]
    [InlineData("anthropic/claude-sonnet-4.5", 3_000_000)]
    public void The_longest_prefix_that_ends_a_part_of_the_name_decides(string model, long costOfAMillion) =>
        Assert.Equal(costOfAMillion, PriceTable.Known.Price(model, new ModelUsage { InputTokens = 1_000_000 }).CostMicros);

    [Theory]
    [InlineData("gpt-4")]
    [InlineData("gpt-4o2")]
    [InlineData("qwen3:8b")]
    [InlineData("")]
    public void Unknown_and_local_models_cost_nothing(string model) =>
        Assert.Equal(0, PriceTable.Known.Price(model, new ModelUsage { InputTokens = 1_000_000, OutputTokens = 1_000_000 }).CostMicros);

    [Theory]
    [InlineData("claude-haiku-5-5", 100_000, 10_000)]
    [InlineData("claude-haiku-5-5", 100_001, 50_001)]
    [InlineData("gpt-6-sol", 272_000, 544_000)]
    [InlineData("gpt-6-sol-2026-09-22", 300_000, 1_200_000)]
    public void A_long_prompt_costs_more_as_a_whole(string model, long tokens, long cost) =>
        Assert.Equal(cost, PriceTable.Known.Price(model, new ModelUsage { InputTokens = tokens }).CostMicros);

    [Fact]
    public void Cached_written_and_reasoning_tokens_have_their_own_price() =>
        // A million each at 0.2 read, 5 written, 4 fresh and 20 written out, of which a part was thought.
        Assert.Equal(29_200_000, PriceTable.Known.Price("claude-opus-5-5", new ModelUsage
        {
            InputTokens = 3_000_000,
            CachedInputTokens = 1_000_000,
            CacheWriteTokens = 1_000_000,
            OutputTokens = 1_000_000,
            ReasoningTokens = 400_000,
        }).CostMicros);

    [Fact]
    public void A_providers_own_price_of_a_model_comes_before_the_list_and_holds_for_what_was_asked_too()
    {
        var prices = PriceTable.Known.With([
            new ModelPrice("gpt-4o", 1_000_000, 0, 0, 0),
            new ModelPrice("vendor/brand", 7_000_000, 0, 0, 0),
        ]);
        var used = new ModelUsage { InputTokens = 1_000_000 };

        Assert.Equal(1_000_000, prices.Price("gpt-4o", used).CostMicros);
        Assert.Equal(2_500_000, prices.Price("gpt-4o-2024-08-06", used).CostMicros);
        Assert.Equal(7_000_000, prices.Price("brand-0925", used, asked: "vendor/brand").CostMicros);
        Assert.Equal((0, true), (prices.Price("brand-0925", used).CostMicros, prices.Price("brand-0925", used).PriceUnknown));
        Assert.False(prices.Price("gpt-4o", used).PriceUnknown);
    }

    [Fact]
    public void Huge_counts_do_not_overflow() =>
        Assert.Equal(
            2_500_000_000_000_000, PriceTable.Known.Price("gpt-4o", new ModelUsage { InputTokens = 1_000_000_000_000_000 }).CostMicros);
}
