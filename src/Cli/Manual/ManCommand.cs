using System.CommandLine;

namespace Koda.Cli.Manual;

/// <summary><c>koda man</c></summary>
internal static class ManCommand
{
    public static Command Create(CommonOptions common)
    {
        var markdown = new Option<bool>("--markdown") { Description = "As Markdown." };
        var command = new TaughtCommand(
            "man",
            "Prints the manual of all commands as a manual page.",
            """
            koda man | man -l -
            koda man > ~/.local/share/man/man1/koda.1
            """) { markdown };
        command.SetAction(parse =>
        {
            var root = (RootCommand)parse.RootCommandResult.Command;
            common.Terminal.Out.WriteLine(parse.GetValue(markdown) ? CommandsPage.Of(root) : ManPage.Of(root));
        });
        return command;
    }
}
