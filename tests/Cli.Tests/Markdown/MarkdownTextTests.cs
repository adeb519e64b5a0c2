using Koda.Cli.Markdown;
using Koda.Cli.Terminal;

namespace Koda.Cli.Tests.Markdown;

public sealed class MarkdownTextTests
{
    [Fact]
    public void Without_colours_the_structure_is_seen_and_so_are_the_marks_of_emphasis()
    {
        var shown = Shown("""
            # Findings
            The **cart** is *slow*: see `Cart.Total` and ~~wait~~.

            - one
              - nested
            - [x] done
            2. second
            3. third

            > quoted

            ```cs
            var x = 1;
            ```
            """, 40);

        Assert.Equal("""
            # Findings

            The **cart** is *slow*: see `Cart.Total`
            and ~~wait~~.

            • one
              • nested
            • [x] done

            2. second
            3. third

            │ quoted

              var x = 1;
            """, shown);
    }

    [Fact]
    public void Words_are_wrapped_by_the_cells_that_they_take()
    {
        Assert.Equal("漢字漢字漢字漢字漢字\n漢字 👩‍🚀 größer e\u0301", Shown("漢字漢字漢字漢字漢字漢字 👩‍🚀 größer e\u0301", 20));
        Assert.Equal("• one two three four\n  five", Shown("- one two three four five", 20));
    }

    [Fact]
    public void A_table_keeps_its_columns_and_without_room_for_them_is_told_row_by_row()
    {
        const string Table = "| Name | Cost |\n| --- | ---: |\n| Ära | 1 |\n| 漢字 | 20 |\n";

        Assert.Equal("""
            ┌──────┬──────┐
            │ Name │ Cost │
            ├──────┼──────┤
            │ Ära  │    1 │
            │ 漢字 │   20 │
            └──────┴──────┘
            """, Shown(Table, 40));
        var columns = string.Join("|", Enumerable.Range(1, 9));
        Assert.StartsWith("• 1\n  2\n  3\n", Shown($"|{columns}|\n|{string.Concat(Enumerable.Repeat("-|", 9))}\n|{columns}|\n", 40));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(37)]
    [InlineData(80)]
    public void No_line_is_wider_than_the_screen(int width)
    {
        var word = new string('w', 200);
        var source =
            $"# {word}\n\n{word} 漢{word}\n\n- {word}\n\n> {word}\n\n```\n{word}漢{word}\n```\n\n| a | b |\n| - | - |\n| {word} | 漢字{word} |\n\n<{word}>\n\n    {word}\n\n[x](http://{word})\n";

        foreach (var styled in (bool[])[false, true])
            Assert.All(MarkdownText.Lines(source, width, styled), line => Assert.InRange(Printable.Width(Unpainted(line)), 0, width));
    }

    [Fact]
    public void A_link_says_where_it_leads()
    {
        Assert.Equal("the docs (https://koda.example/a)", Shown("[the docs](https://koda.example/a)", 60));
        Assert.Equal("https://koda.example", Shown("<https://koda.example>", 60));
        Assert.Equal("Say: \\x (http://evil.example)", Shown("Say: [\\\\x](http://evil.example)", 60));
    }

    [Theory]
    [InlineData("a\u001b[2Jb")]
    [InlineData("a&#27;]0;title&#7;b")]
    [InlineData("`a\u001b[2Jb`")]
    [InlineData("[a](http://x/&#27;[2J)")]
    [InlineData("<http://x/\u001b[2J>")]
    [InlineData("```\u001b[2J\na\u009b2Jb\n```")]
    [InlineData("| \u001b[2J | &#x9b;2J |\n| - | - |\n| \u202e | &#x202E; |")]
    [InlineData("<b \u001b[2J>")]
    [InlineData("[a]: http://x \"&#27;\"\n\n[a] [&#27;][a]")]
    public void Nothing_of_the_text_steers_the_terminal(string source)
    {
        Assert.DoesNotContain(Shown(source, 60), letter => letter != '\n' && (char.IsControl(letter) || letter == '\u202e'));
        Assert.DoesNotContain(Unpainted(string.Join('\n', MarkdownText.Lines(source, 60, styled: true))), letter =>
            letter != '\n' && char.IsControl(letter));
    }

    [Fact]
    public void Code_has_the_colours_of_its_language()
    {
        var line = Assert.Single(MarkdownText.Lines("```csharp\nreturn \"x\"; // why\n```", 60, styled: true));

        Assert.Contains("\e[35mreturn\e[0m", line);
        Assert.Contains("\e[2m", line);
        Assert.Equal("  return \"x\"; // why", Unpainted(line));
        Assert.Equal("  what is this", Unpainted(Assert.Single(MarkdownText.Lines("```klingon\nwhat is this\n```", 60, styled: true))));
    }

    [Fact]
    public void What_is_nested_deeper_than_anybody_writes_is_shown_as_it_stands()
    {
        Assert.StartsWith(">>>>", Shown(new string('>', 10000) + " deep", 40));
        Assert.Contains("deep", Shown(string.Concat(Enumerable.Repeat("- ", 60)) + "deep", 40));
    }

    private static string Shown(string source, int width) => string.Join('\n', MarkdownText.Lines(source, width, styled: false));

    private static string Unpainted(string line) => System.Text.RegularExpressions.Regex.Replace(line, @"\e\[[\d;]*m", "");
}
