using System.CommandLine;
using System.Text;

namespace Koda.Cli.Manual;

/// <summary>The manual as <c>man</c> reads it.</summary>
internal static class ManPage
{
    private const string Environment = """
        KODA_URL	The server. The option --url comes before it.
        KODA_TOKEN	The bearer token. Otherwise koda login's session, or the token of the data directory.
        KODA_DATA	The data directory. Otherwise ~/.koda.
        KODA_VERBOSE	Errors come with their code and the id of the request, as with --verbose.
        KODA_DATABASE_URL	The PostgreSQL server that koda up and koda server use, in place of a private one.
        NO_COLOR	No colours.
        """;

    public static string Of(RootCommand root)
    {
        var page = new StringBuilder();
        page.AppendLine(""".TH KODA 1 "" "Koda" "Koda manual" """.TrimEnd());
        Section(page, "NAME", $@"koda \- {Text(root.Description ?? "")}");
        Section(page, "SYNOPSIS", ".B koda\n.I command\n[options]");
        page.AppendLine(".SH OPTIONS\nThey stand with every command.");
        Options(page, root);
        page.AppendLine(".SH COMMANDS");
        foreach (var (path, command) in CommandTree.Walk(root).Where(entry => entry.Command != root))
        {
            page.AppendLine($".SS \"{Text(CommandTree.Usage(path, command))}\"").AppendLine(Text(command.Description ?? ""));
            foreach (var argument in command.Arguments.Where(argument => !argument.Hidden))
                Item(page, $"<{argument.Name}>", argument.Description ?? "");
            Options(page, command);
            if (command is TaughtCommand taught)
                page.AppendLine(".PP\n.nf\n.RS 4").AppendLine(Text(taught.Examples)).AppendLine(".RE\n.fi");
        }
        page.AppendLine(".SH ENVIRONMENT");
        foreach (var line in Environment.Split('\n'))
            Item(page, line.Split('\t')[0], line.Split('\t')[1]);
        Section(page, "EXIT STATUS", $".nf\n{Text(ExitCode.Explanation)}\n.fi");
        return page.ToString().ReplaceLineEndings("\n").TrimEnd();
    }

    private static void Section(StringBuilder page, string title, string text) => page.AppendLine($".SH {title}").AppendLine(text);

    private static void Options(StringBuilder page, Command command)
    {
        foreach (var option in CommandTree.Options(command))
            Item(page, CommandTree.Spelling(option), option.Description ?? "");
    }

    private static void Item(StringBuilder page, string name, string text) =>
        page.AppendLine($".TP\n.B {Text(name)}").AppendLine(Text(text));

    // A backslash begins an escape; a dot or a quote at the beginning of a line is a request; a hyphen that is typed must stay one.
    private static string Text(string text) => string.Join('\n', text.Split('\n').Select(line =>
        (line.StartsWith('.') || line.StartsWith('\'') ? @"\&" : "")
            + line.Replace(@"\", @"\e", StringComparison.Ordinal).Replace("-", @"\-", StringComparison.Ordinal)));
}
