using Koda.Cli.Chat;

namespace Koda.Cli.Tests.Chat;

public sealed class ChatPrinterTests
{
    [Fact]
    public void A_turn_reads_as_reasoning_call_change_and_answer()
    {
        using var screen = new StringWriter();
        var printer = new ChatPrinter(CliRun.Terminal(TextWriter.Null, screen), answers: true);
        Code.SessionEvent[] events =
        [
            new() { ReasoningDelta = new() { Content = "Hm." } },
            new() { ReasoningDone = new() },
            new() { Delta = new() { Content = "I look." } },
            new() { ToolStart = new() { Tool = "edit", Input = """{"path":"a.cs"}""", CallId = "1" } },
            new() { ToolEnd = new() { Tool = "edit", CallId = "1", Diff = "@@ -1 +1 @@\n-old\n+new\n" } },
            new() { Delta = new() { Content = "Do" } },
            new() { Delta = new() { Content = "ne." } },
            new()
            {
                Done = new()
                {
                    Usage = new() { InputTokens = 1200, OutputTokens = 30 },
                    CostSnapshot = 1500,
                    SessionCost = 0.25,
                    ContextSize = 50,
                    MaxInputTokens = 200,
                },
            },
        ];

        foreach (var item in events)
            printer.Show(item);

        Assert.Equal(
            """
            Hm.
            I look.
            ● edit a.cs
              ✓
              @@ -1 +1 @@
              -old
              +new
            Done.
            1,200 in, 30 out · $0.0015, session $0.2500 · context 25 %

            """,
            screen.ToString());
        Assert.Equal("Done.", printer.Answer);
    }

    [Fact]
    public void What_is_said_before_a_retry_is_no_answer()
    {
        var printer = new ChatPrinter(CliRun.Terminal(TextWriter.Null, TextWriter.Null), answers: true);
        printer.Show(new() { Delta = new() { Content = "Half an" } });
        printer.Show(new() { Retry = new() { Message = "The provider is busy", Attempt = 1, Delay = 2000 } });
        printer.Show(new() { Delta = new() { Content = "Whole." } });

        Assert.Equal("Whole.", printer.Answer);
    }

    [Fact]
    public void What_models_and_tools_say_does_not_steer_the_terminal()
    {
        using var screen = new StringWriter();
        var printer = new ChatPrinter(CliRun.Terminal(TextWriter.Null, screen), answers: true);
        printer.Show(new() { Delta = new() { Content = "\e[2Jgone" } });
        printer.Show(new() { ToolOutput = new() { Output = "\e]0;title\abell" } });

        Assert.DoesNotContain('\e', screen.ToString());
        Assert.DoesNotContain('\a', screen.ToString());
    }
}
