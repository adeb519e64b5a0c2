using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace Koda.Cli;

/// <summary>Says what is wrong with a command line in its own words: the library names types of .NET, and suggests by chance.</summary>
internal static partial class WrongUsage
{
    /// <summary>What is wrong. Null: nothing.</summary>
    public static CliException? Find(ParseResult parse)
    {
        List<string> options = [.. UnknownOptions(parse)];
        if (options.Count == 0 && parse.Action is not ParseErrorAction)
            return null;
        // The values of an option that there is not are too much as well.
        IEnumerable<string> problems =
            options.Count > 0
                ? options
                : parse
                    .UnmatchedTokens.Select(token => TooMuch(parse.CommandResult, token))
                    .Concat(Missing(parse.CommandResult))
                    .Concat(Others(parse));
        return new CliException(
            string.Join("\n  ", problems.Distinct()), ExitCode.Usage, $"Try: {PathOf(parse.CommandResult)} --help", "cli.usage");
    }

    /// <summary>A command with those above it, as it is typed.</summary>
    public static string PathOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{PathOf(parent)} {command.Command.Name}" : "koda";

    /// <summary>The options that a command takes, those of the commands above it among them.</summary>
    public static IEnumerable<Option> OptionsOf(CommandResult command) =>
        command.Command.Options.Concat(command.Parent is CommandResult parent ? OptionsOf(parent).Where(option => option.Recursive) : []);

    // The library takes an option that it does not know for an argument, where the command has one.
    private static IEnumerable<string> UnknownOptions(ParseResult parse)
    {
        var taken = parse
            .CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Select(token => token.Value);
        var meant = parse.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Select(token => token.Value).ToHashSet();
        List<string> known = [.. OptionsOf(parse.CommandResult).Where(option => !option.Hidden).Select(option => option.Name)];
        return taken
            .Concat(parse.UnmatchedTokens)
            .Where(token => LooksLikeOption().IsMatch(token) && !meant.Contains(token))
            .Select(token => token.Split('=')[0])
            .Select(name => $"{PathOf(parse.CommandResult)} has no option {name}.{Nearest.Suggestion(name, known)}");
    }

    private static string TooMuch(CommandResult command, string token)
    {
        List<string> commands = [.. command.Command.Subcommands.Where(known => !known.Hidden).Select(known => known.Name)];
        return commands.Count > 0 && command.Command.Arguments.Count == 0
            ? $"{PathOf(command)} has no command '{token}'.{Nearest.Suggestion(token, commands)}"
            : $"{PathOf(command)} takes nothing more than it was given: '{token}' is too much.";
    }

    private static IEnumerable<string> Missing(CommandResult command)
    {
        List<string> missing =
        [
            .. command
                .Command.Arguments.Where(argument =>
                    argument.Arity.MinimumNumberOfValues > 0 && command.GetResult(argument) is not { Tokens.Count: > 0 })
                .Select(argument => $"<{argument.Name}>"),
        ];
        return missing.Count > 0 ? [$"{PathOf(command)} needs {string.Join(", ", missing)}."] : [];
    }

    // What the library says of what is said above has no more to add.
    private static IEnumerable<string> Others(ParseResult parse) => parse.Errors
        .Where(error => !parse.UnmatchedTokens.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal)))
        .Where(error => !error.Message.StartsWith("Required argument", StringComparison.Ordinal) || error.SymbolResult is OptionResult)
        .Select(Words);

    private static string Words(ParseError error) =>
        error.SymbolResult switch
        {
            OptionResult { Tokens: [], Option: var option } => $"{option.Name} needs a value.",
            OptionResult { Option: var option, Tokens: [.., var given] } when IsOfType(error) =>
                $"{option.Name} takes {TypeOf(option.ValueType)}, not '{given.Value}'.",
            ArgumentResult { Argument: var argument, Tokens: [.., var given] } when IsOfType(error) =>
                $"<{argument.Name}> takes {TypeOf(argument.ValueType)}, not '{given.Value}'.",
            CommandResult result when error.Message.StartsWith("Required command", StringComparison.Ordinal) =>
                $"{PathOf(result)} needs a command: {string.Join(", ", result.Command.Subcommands.Where(known => !known.Hidden).Select(known => known.Name))}.",
            _ => error.Message,
        };

    private static bool IsOfType(ParseError error) => error.Message.Contains("expected type", StringComparison.Ordinal);

    private static string TypeOf(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type.IsEnum)
            return "one of "
                + string.Join(", ", Enum.GetNames(type).Where(name => name != "Unspecified").Select(name => name.ToLowerInvariant()));
        if (type == typeof(int) || type == typeof(long))
            return "a whole number";
        if (type == typeof(bool))
            return "true or false";
        return type == typeof(DateTimeOffset) ? "a time such as 2026-01-31 or 2026-01-31T12:00Z" : "another value";
    }

    [GeneratedRegex("^--?[a-zA-Z]")]
    private static partial Regex LooksLikeOption();
}
