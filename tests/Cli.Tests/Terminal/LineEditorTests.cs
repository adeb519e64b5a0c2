using Koda.Cli.Terminal;

namespace Koda.Cli.Tests.Terminal;

public sealed class LineEditorTests
{
    private static readonly string[] Commands = ["/cost", "/model", "/mode", "/help"];

    private readonly TypedKeys _keys = new();
    private readonly StringWriter _screen = new();
    private readonly LineEditor _editor;

    public LineEditorTests() => _editor = new LineEditor(
        new CliTerminal { In = TextReader.Null, Out = TextWriter.Null, Error = _screen }, _keys,
        text => text.StartsWith('/') ? [.. Commands.Where(command => command.StartsWith(text, StringComparison.Ordinal))] : []);

    [Fact]
    public async Task What_is_typed_is_corrected_in_the_middle()
    {
        _keys
            .Types("hllo wide world")
            .Presses(ConsoleKey.Home)
            .Presses(ConsoleKey.RightArrow)
            .Types("e")
            .Presses(ConsoleKey.E, ConsoleModifiers.Control)
            .Presses(ConsoleKey.LeftArrow, ConsoleModifiers.Control)
            .Presses(ConsoleKey.W, ConsoleModifiers.Control)
            .Presses(ConsoleKey.End)
            .Types("!")
            .Presses(ConsoleKey.LeftArrow)
            .Presses(ConsoleKey.Backspace)
            .Types("D");
        Assert.Equal("hello worlD!", await ReadAsync());
    }

    [Fact]
    public async Task What_a_person_sees_as_one_character_is_one()
    {
        _keys.Pastes("a👩‍🚀e\u0301").Presses(ConsoleKey.LeftArrow).Presses(ConsoleKey.LeftArrow).Types("b").Presses(ConsoleKey.Delete);
        Assert.Equal("abe\u0301", await ReadAsync());
    }

    [Fact]
    public async Task Earlier_lines_come_back_and_so_does_what_was_being_typed()
    {
        _keys.Types("one");
        await ReadAsync();
        _keys.Types("two");
        await ReadAsync();
        _keys
            .Types("dra")
            .Presses(ConsoleKey.UpArrow)
            .Presses(ConsoleKey.UpArrow)
            .Presses(ConsoleKey.UpArrow)
            .Presses(ConsoleKey.DownArrow)
            .Presses(ConsoleKey.DownArrow)
            .Types("ft");
        Assert.Equal("draft", await ReadAsync());
        _keys.Presses(ConsoleKey.UpArrow).Presses(ConsoleKey.P, ConsoleModifiers.Control).Types("!");
        Assert.Equal("two!", await ReadAsync());
    }

    [Fact]
    public async Task Answers_to_questions_are_not_among_them()
    {
        _keys.Types("once").Presses(ConsoleKey.Enter);
        Assert.Equal("once", await _editor.ReadAsync("Allow it? ", Tone.Plain, CancellationToken.None));
        _keys.Presses(ConsoleKey.UpArrow).Types("x");
        Assert.Equal("x", await ReadAsync());
    }

    [Fact]
    public async Task Pasted_lines_stay_one_text_in_which_the_arrows_move_up_and_down()
    {
        _keys
            .Pastes("first\nsecond\n")
            .Types("third")
            .Presses(ConsoleKey.UpArrow)
            .Presses(ConsoleKey.UpArrow)
            .Presses(ConsoleKey.End)
            .Types("!");
        Assert.Equal("first!\nsecond\nthird", await ReadAsync());
    }

    [Fact]
    public async Task A_backslash_at_the_end_and_Alt_Enter_ask_for_another_line()
    {
        _keys.Types("a\\").Presses(ConsoleKey.Enter).Types("b").Presses(ConsoleKey.Enter, ConsoleModifiers.Alt).Types("c");
        Assert.Equal("a\nb\nc", await ReadAsync());
    }

    [Fact]
    public async Task Tab_completes_a_command_as_far_as_it_is_clear_and_then_shows_what_there_is()
    {
        _keys.Types("/c").Presses(ConsoleKey.Tab);
        Assert.Equal("/cost ", await ReadAsync());
        _keys.Types("/m").Presses(ConsoleKey.Tab).Presses(ConsoleKey.Tab).Types("l");
        Assert.Equal("/model", await ReadAsync());
        Assert.Contains("/model  /mode", _screen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_D_leaves_when_nothing_is_typed_and_deletes_otherwise()
    {
        _keys.Types("ab").Presses(ConsoleKey.Home).Presses(ConsoleKey.D, ConsoleModifiers.Control);
        Assert.Equal("b", await ReadAsync());
        _keys.Presses(ConsoleKey.D, ConsoleModifiers.Control);
        Assert.Null(await _editor.ReadAsync("› ", Tone.Accent, CancellationToken.None));
    }

    [Fact]
    public async Task A_reading_that_is_cut_off_says_whether_something_was_typed()
    {
        using var cut = new CancellationTokenSource();
        var reading = _editor.ReadAsync("› ", Tone.Accent, cut.Token);
        await cut.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.False(_editor.Abandoned);
    }

    [Fact]
    public void A_text_that_is_longer_than_the_screen_is_wrapped_and_the_cursor_is_where_it_belongs()
    {
        var screen = new StringWriter { NewLine = "\n" };
        var view = new LineView(screen, "› ", "› ");
        view.Draw("abcdefghij\nk世", 3, 6);
        Assert.Equal("\r\u001b[J› abcd\r\nefghij\r\n  k世\u001b[2A\r\u001b[5C", screen.ToString());
        screen.GetStringBuilder().Clear();
        view.Draw("abcd", 4, 6);
        Assert.Equal("\r\u001b[J› abcd\r\n\r", screen.ToString());
    }

    private Task<string?> ReadAsync()
    {
        _keys.Presses(ConsoleKey.Enter);
        return _editor.ReadAsync("› ", Tone.Accent, CancellationToken.None);
    }
}
