using Koda.Cli.Terminal;
using Koda.Testing;

namespace Koda.Cli.Tests.Terminal;

public sealed class LineEditorTests
{
    private static readonly string[] s_commands = ["/cost", "/model", "/mode", "/help"];

    private readonly TypedKeys _keys = new();
    private readonly TestScreen _screen = new(40);
    private readonly LineEditor _editor;

    public LineEditorTests() =>
        _editor = new LineEditor(new LiveArea(_screen, () => (_keys.Width, _keys.Height)), _keys, (text, cursor) =>
            text.StartsWith('/')
                ? new(0, [.. s_commands.Where(command => command.StartsWith(text[..cursor], StringComparison.Ordinal))])
                : Completions.None);

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
        Assert.Equal("hello worlD!", await Read());
    }

    [Fact]
    public async Task What_a_person_sees_as_one_character_is_one()
    {
        _keys.Pastes("a👩‍🚀e\u0301").Presses(ConsoleKey.LeftArrow).Presses(ConsoleKey.LeftArrow).Types("b").Presses(ConsoleKey.Delete);
        Assert.Equal("abe\u0301", await Read());
    }

    [Fact]
    public async Task Earlier_lines_come_back_and_so_does_what_was_being_typed()
    {
        _keys.Types("one");
        await Read();
        _keys.Types("two");
        await Read();
        _keys
            .Types("dra")
            .Presses(ConsoleKey.UpArrow)
            .Presses(ConsoleKey.UpArrow)
            .Presses(ConsoleKey.UpArrow)
            .Presses(ConsoleKey.DownArrow)
            .Presses(ConsoleKey.DownArrow)
            .Types("ft");
        Assert.Equal("draft", await Read());
        _keys.Presses(ConsoleKey.UpArrow).Presses(ConsoleKey.P, ConsoleModifiers.Control).Types("!");
        Assert.Equal("two!", await Read());
    }

    [Fact]
    public async Task Answers_to_questions_are_not_among_them()
    {
        _keys.Types("once").Presses(ConsoleKey.Enter);
        Assert.Equal("once", await _editor.Read("Allow it? ", "Allow it? ", "", remembers: false, CancellationToken.None));
        _keys.Presses(ConsoleKey.UpArrow).Types("x");
        Assert.Equal("x", await Read());
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
        Assert.Equal("first!\nsecond\nthird", await Read());
    }

    [Fact]
    public async Task A_backslash_at_the_end_and_Alt_Enter_ask_for_another_line()
    {
        _keys.Types("a\\").Presses(ConsoleKey.Enter).Types("b").Presses(ConsoleKey.Enter, ConsoleModifiers.Alt).Types("c");
        Assert.Equal("a\nb\nc", await Read());
    }

    [Fact]
    public async Task Tab_completes_a_command_as_far_as_it_is_clear_and_then_shows_what_there_is()
    {
        _keys.Types("/c").Presses(ConsoleKey.Tab);
        Assert.Equal("/cost ", await Read());
        _keys.Types("/m").Presses(ConsoleKey.Tab).Presses(ConsoleKey.Tab);
        var reading = _editor.Read("› ", "› ", "", remembers: true, CancellationToken.None);
        await Eventually.IsTrue(() => Task.FromResult(_screen.Shown == "› /mode\n/model  /mode"), "what there is is shown");
        _keys.Types("l").Presses(ConsoleKey.Enter);
        Assert.Equal("/model", await reading);
    }

    [Fact]
    public async Task Ctrl_D_leaves_when_nothing_is_typed_and_deletes_otherwise()
    {
        _keys.Types("ab").Presses(ConsoleKey.Home).Presses(ConsoleKey.D, ConsoleModifiers.Control);
        Assert.Equal("b", await Read());
        _keys.Presses(ConsoleKey.D, ConsoleModifiers.Control);
        Assert.Null(await _editor.Read("› ", "› ", "", remembers: true, CancellationToken.None));
    }

    [Fact]
    public async Task A_reading_that_is_cut_off_tells_what_was_typed()
    {
        using var cut = new CancellationTokenSource();
        _keys.Types("half");
        var reading = _editor.Read("› ", "› ", "", remembers: true, cut.Token);
        await Eventually.IsTrue(() => Task.FromResult(_screen.Shown == "› half"), "it is typed");
        await cut.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Equal("half", _editor.Draft);
        Assert.Equal("", _screen.Shown);
    }

    [Fact]
    public async Task Pasted_text_between_marks_is_one_text_however_slowly_it_comes()
    {
        _keys.Pastes("\e[200~first\r\nsec\tond\u001b[31m\r").Types("third\r\e[201~").Types("!");
        Assert.Equal("first\nsec\tond[31m\nthird\n!", await Read());
    }

    [Fact]
    public async Task What_is_typed_can_be_taken_away()
    {
        Assert.False(_editor.Clear());
        using var cut = new CancellationTokenSource();
        _keys.Types("gone");
        var reading = _editor.Read("› ", "› ", "", remembers: true, cut.Token);
        await Eventually.IsTrue(() => Task.FromResult(_screen.Shown == "› gone"), "it is typed");
        Assert.True(_editor.Clear());
        await Eventually.IsTrue(() => Task.FromResult(_screen.Shown == "›"), "it is taken away");
        _keys.Types("new").Presses(ConsoleKey.Enter);
        Assert.Equal("new", await reading);
    }

    [Fact]
    public async Task Ctrl_R_finds_what_was_typed_before_and_again_what_was_typed_earlier()
    {
        foreach (var line in (string[])["fix the cart", "test it", "read the Cart", "leave"])
            _editor.History.Add(line);
        _keys.Types("cart").Presses(ConsoleKey.R, ConsoleModifiers.Control);
        Assert.Equal("read the Cart", await Read());
        _keys.Types("cart");
        for (var press = 0; press < 4; press++)
            _keys.Presses(ConsoleKey.R, ConsoleModifiers.Control);
        _keys.Types("!");
        Assert.Equal("fix the cart!", await Read());
        _keys.Types("never").Presses(ConsoleKey.R, ConsoleModifiers.Control);
        Assert.Equal("never", await Read());
    }

    private Task<string?> Read()
    {
        _keys.Presses(ConsoleKey.Enter);
        return _editor.Read("› ", "› ", "", remembers: true, CancellationToken.None);
    }
}
