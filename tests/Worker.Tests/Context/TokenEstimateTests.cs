using Koda.Worker.Context;
using Xunit;

namespace Koda.Worker.Tests.Context;

public class TokenEstimateTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("word", 1)]
    [InlineData("words", 2)]
    [InlineData("слово", 3)]
    [InlineData("言語処理", 3)]
    public void Letters_of_other_scripts_count_more(string text, long tokens) => Assert.Equal(tokens, TokenEstimate.Of(text));
}
