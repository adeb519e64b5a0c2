using System.CommandLine;

namespace Koda.Cli.Manual;

/// <summary>The commands as the manual tells of them.</summary>
internal static class CommandTree
{
    /// <summary>A command and those below it, each with the words that are typed, in the order of the help.</summary>
    public static IEnumerable<(string Path, Command Command)> Walk(Command command, string path = "koda") =>
        command.Subcommands.Where(known => !known.Hidden).SelectMany(known => Walk(known, $"{path} {known.Name}")).Prepend((path, command));

    public static IEnumerable<Option> Options(Command command) =>
        command.Options.Where(option => !option.Hidden && option is not System.CommandLine.Help.HelpOption);

    /// <summary>What is typed, with what it takes.</summary>
    public static string Usage(string path, Command command)
    {
        var arguments = command.Arguments.Where(argument => !argument.Hidden)
            .Select(argument => argument.Arity.MinimumNumberOfValues > 0 ? $"<{argument.Name}>" : $"[<{argument.Name}>]");
        return string.Join(' ', arguments.Prepend(path).Concat(Options(command).Any() ? ["[options]"] : []));
    }

    /// <summary>An option with its other names and its value.</summary>
    public static string Spelling(Option option)
    {
        var names = string.Join(
            ", ", option.Aliases.Append(option.Name).OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal));
        return option.ValueType == typeof(bool) || option.Arity.MaximumNumberOfValues == 0
            ? names
            : $"{names} <{option.HelpName ?? option.Name.TrimStart('-')}>";
    }
}
