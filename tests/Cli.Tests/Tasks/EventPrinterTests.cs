using Koda.Cli.Tasks;

namespace Koda.Cli.Tests.Tasks;

public sealed class EventPrinterTests
{
    [Fact]
    public void A_step_reads_as_text_call_and_result()
    {
        Assert.Equal(
            """
            attempt 1 on w1
            Looking around.
            ● bash npm test
              │ 3 passing
              ✓ 1.5 s

            """,
            Print(
                ("task.started", """{"attempt":1,"worker_id":"w1"}"""),
                ("model.delta", """{"step":1,"text":"Looking "}"""),
                ("model.delta", """{"step":1,"text":"around."}"""),
                ("tool.started", """{"tool":"bash","arguments":{"command":"npm test"}}"""),
                ("tool.output", """{"stream":"stdout","text":"3 passing\n"}"""),
                ("tool.finished", """{"tool":"bash","status":"ok","duration_ms":1500}""")));
    }

    [Fact]
    public void A_change_is_shown_as_its_diff()
    {
        var text = Print(
            ("tool.finished", """{"tool":"edit","status":"ok","duration_ms":3,"diff":"--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n"}"""));

        Assert.Contains("  -old\n  +new\n", text);
    }

    [Fact]
    public void A_failed_call_says_why() =>
        Assert.Contains(
            "✗ error: no such file",
            Print(("tool.finished", """{"status":"error","result":"no such file","duration_ms":1}""")));

    [Fact]
    public void Results_of_calls_side_by_side_are_named() =>
        Assert.EndsWith(
            "● grep b\n  ✓ grep a  5 ms\n  ✓ 7 ms\n",
            Print(
                ("tool.started", """{"call_id":"1","tool":"grep","arguments":{"pattern":"a"}}"""),
                ("tool.started", """{"call_id":"2","tool":"grep","arguments":{"pattern":"b"}}"""),
                ("tool.finished", """{"call_id":"1","status":"ok","duration_ms":5}"""),
                ("tool.finished", """{"call_id":"2","status":"ok","duration_ms":7}""")));

    [Fact]
    public void Long_output_is_cut()
    {
        var lines = string.Concat(Enumerable.Range(0, 50).Select(n => $"line {n}\\n"));

        var text = Print(("tool.started", """{"tool":"bash"}"""), ("tool.output", $$"""{"text":"{{lines}}"}"""));

        Assert.Contains("line 11", text);
        Assert.DoesNotContain("line 12", text);
        Assert.Contains("…", text);
    }

    [Fact]
    public void Kinds_that_are_not_known_yet_are_passed_over() => Assert.Empty(Print(("future.kind", "{}")));

    [Fact]
    public void Output_that_the_model_said_last_was_shown()
    {
        using var screen = new StringWriter();
        var printer = new EventPrinter(new() { In = TextReader.Null, Out = TextWriter.Null, Error = screen, ErrorIsScreen = true });
        printer.Show(Event("model.delta", """{"text":"thinking"}"""));
        printer.Show(Event("model.started", """{"step":2}"""));
        printer.Show(Event("model.delta", """{"text":"All is well.\n"}"""));

        Assert.True(printer.WasShown("All is well."));
        Assert.False(printer.WasShown("thinking"));
    }

    [Fact]
    public void An_answer_is_left_to_stdout_where_stderr_is_no_screen()
    {
        using var log = new StringWriter();
        var printer = new EventPrinter(CliRun.Terminal(TextWriter.Null, log));
        printer.Show(Event("model.delta", """{"text":"All is well."}"""));

        Assert.Empty(log.ToString());
        Assert.False(printer.WasShown("All is well."));
        printer.WriteSaid();
        Assert.Equal("All is well.\n", log.ToString());
    }

    private static string Print(params (string Kind, string Payload)[] events)
    {
        using var screen = new StringWriter();
        var printer = new EventPrinter(CliRun.Terminal(TextWriter.Null, screen));
        foreach (var (kind, payload) in events)
            printer.Show(Event(kind, payload));
        return screen.ToString();
    }

    private static Runtime.Event Event(string kind, string payload) => new() { Kind = kind, Payload = payload };
}
