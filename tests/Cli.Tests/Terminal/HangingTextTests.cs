using Koda.Cli.Terminal;

namespace Koda.Cli.Tests.Terminal;

public sealed class HangingTextTests
{
    [Theory]
    [InlineData("short", "short")]
    [InlineData("one two three four five six", "one two three four\nfive six")]
    [InlineData("  ab CD  some words that go on", "  ab CD  some words that\n         go on", 26)]
    [InlineData("  a    b", "  a    b")]
    [InlineData("  one two three four five six", "  one two three four\n  five six")]
    [InlineData("日本語日本語 日本語日本語", "日本語日本語\n日本語日本語")]
    [InlineData("first\nthe second one is longer", "first\nthe second one is\nlonger")]
    [InlineData("https://example.org/a/long/address and more", "https://example.org/a/long/address\nand more")]
    [InlineData("\e[32mone two\e[0m three four five", "\e[32mone two\e[0m three four\nfive")]
    [InlineData("", "")]
    public void Lines_break_between_words(string text, string expected, int width = 20) =>
        Assert.Equal(expected, string.Join('\n', HangingText.Wrap(text, width)));
}
