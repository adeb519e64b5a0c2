using Koda.Cli.Terminal;

namespace Koda.Cli.Tests.Terminal;

public sealed class LiveAreaTests
{
    private readonly TestScreen _screen = new(20);
    private readonly LiveArea _area;
    private int _height = 10;

    public LiveAreaTests() => _area = new LiveArea(_screen, () => (_screen.Width, _height));

    [Fact]
    public void What_is_written_stays_above_what_is_drawn_anew()
    {
        _area.Status(["running 1 s"]);
        Type("hello");
        _area.Above("first\n");
        _area.Status(["running 2 s", "more"]);
        _area.Above("second\nthird\n");
        Assert.Equal("first\nsecond\nthird\nrunning 2 s\nmore\n› hello", _screen.Shown);
        Assert.Equal("› hello", _screen.BeforeCursor);

        _area.Typed(null);
        _area.Above("fourth\n");
        _area.Status([]);
        Assert.Equal("first\nsecond\nthird\nfourth", _screen.Shown);
    }

    [Fact]
    public void The_cursor_is_where_the_next_character_goes()
    {
        _area.Status(["busy"]);
        Type("abc\ndef", cursor: 1);
        Assert.Equal("busy\n› abc\n  def", _screen.Shown);
        Assert.Equal("› a", _screen.BeforeCursor);
    }

    [Fact]
    public void A_screen_that_becomes_narrower_or_wider_is_left_with_one_copy()
    {
        _area.Status(["a status of 19 cells"[..19]]);
        Type("typed text, too");
        _screen.Width = 8;
        _area.Status(["short"]);
        Assert.Equal("short\n› typed\ntext, to\no", _screen.Shown);

        _screen.Width = 40;
        _area.Status(["short"]);
        Assert.EndsWith("short\n› typed text, too", _screen.Shown);
    }

    [Fact]
    public void What_has_no_room_is_left_out_above_what_is_typed()
    {
        _height = 4;
        _area.Status(["1", "2", "3", "4", "5"]);
        Type("x");
        Assert.Equal("4\n5\n› x", _screen.Shown);
    }

    [Fact]
    public void Lines_that_are_written_bit_by_bit_come_whole()
    {
        var writer = new AboveWriter(_area);
        _area.Status(["busy"]);
        writer.Write("half ");
        Assert.Equal("busy", _screen.Shown);
        writer.WriteLine("a line");
        Assert.Equal("half a line\nbusy", _screen.Shown);
    }

    [Fact]
    public void Long_and_wide_text_is_broken_and_the_cursor_is_where_it_belongs()
    {
        var rows = TypedRows.Of("› ", "› ", "abcdefghij\nk世", 3, 6);
        Assert.Equal(["› abcd", "efghij", "  k世"], rows.Rows);
        Assert.Equal((0, 5), (rows.Row, rows.Column));
        Assert.Equal((1, 0), At(TypedRows.Of("› ", "› ", "abcd", 4, 6)));
        Assert.Equal((0, 4), At(TypedRows.Of("› ", "› ", "ab\ncd", 2, 6)));
        Assert.Equal((1, 2), At(TypedRows.Of("› ", "› ", "ab\ncd", 3, 6)));
    }

    [Fact]
    public void Of_a_text_that_is_higher_than_the_screen_the_rows_around_the_cursor_are_seen()
    {
        var rows = TypedRows.Of("", "", string.Join('\n', Enumerable.Range(0, 10)), 10, 6).Within(4);
        Assert.Equal(["3", "4", "5", "6"], rows.Rows);
        Assert.Equal(2, rows.Row);
    }

    private static (int Row, int Column) At(TypedRows rows) => (rows.Row, rows.Column);

    private void Type(string text, int cursor = -1) =>
        _area.Typed(width => TypedRows.Of("› ", "› ", text, cursor < 0 ? text.Length : cursor, width));
}
