using Koda.Cli.Terminal;
using Koda.Cli.Tests.Terminal;

namespace Koda.Cli.Tests.Chat;

/// <summary>A chat at a terminal that tells every key.</summary>
[Collection(LocalKodaCollection.Name)]
public sealed class TypedChatTests(LocalKoda koda)
{
    [Fact]
    public async Task Messages_and_commands_are_edited_completed_and_found_again()
    {
        await koda.ApplyScriptAsync("says", """[{text: "All is well."}]""");
        var keys = new TypedKeys()
            .Types("How it?")
            .Presses(ConsoleKey.LeftArrow, ConsoleModifiers.Control)
            .Types("is ")
            .Presses(ConsoleKey.Enter)
            .Types("/he")
            .Presses(ConsoleKey.Tab)
            .Presses(ConsoleKey.Enter)
            .Presses(ConsoleKey.UpArrow)
            .Presses(ConsoleKey.UpArrow)
            .Types("!")
            .Presses(ConsoleKey.Enter)
            .Presses(ConsoleKey.D, ConsoleModifiers.Control);
        var screen = new StringWriter();
        var terminal = new CliTerminal
        {
            In = TextReader.Null,
            Out = TextWriter.Null,
            Error = TextWriter.Synchronized(screen),
            Environment = _ => null,
            Keys = keys,
        };

        Assert.Equal(
            ExitCode.Ok,
            await KodaCommand.RunAsync(["chat", "--agent", "says", "--data", koda.Data], terminal).WaitAsync(TimeSpan.FromMinutes(1)));

        var shown = screen.ToString();
        Assert.Contains("How is it?", shown, StringComparison.Ordinal);
        Assert.Contains("lists these commands", shown, StringComparison.Ordinal);
        Assert.Contains("How is it?!", shown, StringComparison.Ordinal);
        Assert.Equal(3, shown.Split("All is well.").Length);
    }
}
