using Koda.Cli.Terminal;

namespace Koda.Cli.Tests.Terminal;

public sealed class ProgressLineTests
{
    [Fact]
    public void Where_there_is_no_screen_each_step_is_a_line_however_often_it_is_shown()
    {
        Assert.Equal("Starting the database ...\nStarting the server ...\n", Shown(screen: false));
    }

    [Fact]
    public void On_a_screen_the_line_moves_and_each_step_leaves_its_time()
    {
        var shown = Shown(screen: true);

        Assert.Equal(6, shown.Count(letter => letter == '\r'));
        Assert.Matches(@"\r\e\[K✓ Starting the database  \d+ ms\n\r", shown);
        Assert.Matches(@"\r\e\[K✓ Starting the server  \d+ ms\n$", shown);
    }

    private static string Shown(bool screen)
    {
        using var output = new StringWriter();
        var line = new ProgressLine(
            new()
            {
                In = TextReader.Null,
                Out = TextWriter.Null,
                Error = output,
                ErrorIsScreen = screen,
                Environment = name => name == "NO_COLOR" ? "1" : null,
            },
            silent: false);
        line.Show("Starting the database");
        line.Show("Starting the database");
        line.Show("Starting the server");
        line.Show("Starting the server");
        line.End();
        return output.ToString();
    }
}
