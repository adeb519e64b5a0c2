using Koda.Cli.Lists;
using Koda.Cli.Terminal;

namespace Koda.Cli.Tests.Lists;

public sealed class ListingTests
{
    private const string Id = "tsk_01hzy3v8k4c6d9f2g5h7j8m0np";

    private static readonly Item[] s_items =
    [
        new(Id, "completed", "engineer", "Why does the checkout test fail when it is run twice? 数据库连接失败 again and again."),
        new(Id.ToUpperInvariant(), "running", "atlas", "Short."),
    ];

    private static readonly Listing<Item> s_listing = new(
        item => item.Id,
        new("TASK", item => item.Id),
        new("STATUS", item => item.Status, Importance.Whole),
        new("AGENT", item => item.Agent),
        new("DIRECTORY", _ => "", Importance.Extra),
        new("QUERY", item => item.Query, Importance.Detail));

    private sealed record Item(string Id, string Status, string Agent, string Query);

    [Theory]
    [InlineData(200)]
    [InlineData(80)]
    [InlineData(60)]
    [InlineData(50)]
    [InlineData(42)]
    public void A_line_fits_the_screen_and_an_id_is_never_cut(int width)
    {
        var lines = s_listing.Lines(Screen(width), s_items);

        Assert.All(lines, line => Assert.InRange(Printable.Width(line), 1, Math.Max(width, Id.Length + 2 + "completed".Length)));
        Assert.Contains(Id, lines[1]);
        Assert.Contains("completed", lines[1]);
    }

    [Fact]
    public void The_least_important_column_is_cut_first_and_left_out_before_the_next_is()
    {
        Assert.Contains("  engineer  Why does", s_listing.Lines(Screen(80), s_items)[1]);
        Assert.EndsWith("…", s_listing.Lines(Screen(80), s_items)[1]);
        Assert.DoesNotContain("QUERY", s_listing.Lines(Screen(52), s_items)[0]);
        Assert.Contains("AGENT", s_listing.Lines(Screen(52), s_items)[0]);
        Assert.DoesNotContain("AGENT", s_listing.Lines(Screen(42), s_items)[0]);
    }

    [Fact]
    public void What_is_no_screen_gets_everything_and_wide_gets_more()
    {
        var plain = s_listing.Lines(CliRun.Terminal(TextWriter.Null, TextWriter.Null), s_items);
        var wide = s_listing.Lines(Screen(40), s_items, wide: true);

        Assert.EndsWith(s_items[0].Query, plain[1]);
        Assert.DoesNotContain("DIRECTORY", plain[0]);
        Assert.Contains("DIRECTORY", wide[0]);
        Assert.Contains("  -          Short.", wide[2]);
        Assert.DoesNotContain('\e', string.Concat(plain));
    }

    [Fact]
    public void What_comes_from_outside_cannot_break_a_line_or_steer_the_terminal()
    {
        var lines = s_listing.Lines(Screen(200), [new(Id, "running", "a\nb\tc", "\e[2Jgone")]);

        Assert.Equal(2, lines.Count);
        Assert.EndsWith("a b c  [2Jgone", lines[1]);
    }

    private static CliTerminal Screen(int width) => new()
    {
        In = TextReader.Null,
        Out = TextWriter.Null,
        Error = TextWriter.Null,
        Environment = name => name == "NO_COLOR" ? "1" : null,
        OutIsScreen = true,
        Width = width,
    };
}
