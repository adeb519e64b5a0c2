using System.CommandLine;
using System.Text;

namespace Koda.Cli.Manual;

/// <summary>The manual as a page of the documentation.</summary>
internal static class CommandsPage
{
    public static string Of(RootCommand root)
    {
        var page = new StringBuilder();
        page.AppendLine("# Commands").AppendLine();
        page.AppendLine("Made by `koda man --markdown`, from what `--help` says. `koda man > koda.1` makes a manual page of it.")
            .AppendLine();
        page.AppendLine("With every command:").AppendLine();
        Options(page, root);
        foreach (var (path, command) in CommandTree.Walk(root).Where(entry => entry.Command != root))
        {
            page.AppendLine()
                .AppendLine($"{(path.Count(letter => letter == ' ') > 1 ? "###" : "##")} {path}")
                .AppendLine()
                .AppendLine(command.Description)
                .AppendLine();
            page.AppendLine("```").AppendLine(CommandTree.Usage(path, command)).AppendLine("```");
            if (command.Arguments.Any(argument => !argument.Hidden) || CommandTree.Options(command).Any())
                page.AppendLine();
            foreach (var argument in command.Arguments.Where(argument => !argument.Hidden))
                page.AppendLine($"- `<{argument.Name}>`: {argument.Description}");
            Options(page, command);
            if (command is TaughtCommand taught)
                page.AppendLine().AppendLine("```sh").AppendLine(taught.Examples).AppendLine("```");
        }
        page.AppendLine().AppendLine("## Exit codes").AppendLine().AppendLine("```").AppendLine(ExitCode.Explanation).AppendLine("```");
        return page.ToString().ReplaceLineEndings("\n").TrimEnd();
    }

    private static void Options(StringBuilder page, Command command)
    {
        foreach (var option in CommandTree.Options(command))
            page.AppendLine($"- `{CommandTree.Spelling(option)}`: {option.Description}");
    }
}
