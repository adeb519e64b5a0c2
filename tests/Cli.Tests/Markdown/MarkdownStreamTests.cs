using Koda.Cli.Markdown;

namespace Koda.Cli.Tests.Markdown;

public sealed class MarkdownStreamTests
{
    private const string Text =
        "# One\nTwo\nlines.\n\n- a\n\n- b\n\n  still b\n\n```\n# no heading\n\nx\n```\n\n| a |\n| - |\n| b |\n\nSetext\n===\n\nEnd";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void However_the_text_is_cut_its_blocks_come_whole_and_once(int size)
    {
        var stream = new MarkdownStream();
        var given = Text.Chunk(size).Select(part => stream.Append(new string(part))).Where(part => part.Length > 0).ToList();
        given.Add(stream.End());

        Assert.Equal(Text, string.Concat(given));
        Assert.Equal("", stream.Open);
        string[] whole =
        [
            "# One\n", "Two\nlines.\n\n", "- a\n\n- b\n\n  still b\n\n", "```\n# no heading\n\nx\n```\n\n", "| a |\n| - |\n| b |\n\n",
            "Setext\n===\n\nEnd",
        ];
        if (size == 1)
            Assert.Equal(whole, given);
    }

    [Fact]
    public void What_is_not_complete_is_open()
    {
        var stream = new MarkdownStream();
        Assert.Equal("", stream.Append("# One\nTwo"));
        Assert.Equal("# One\n", stream.Append("\n"));
        Assert.Equal("Two\n", stream.Open);
    }
}
