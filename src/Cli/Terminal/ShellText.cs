namespace Koda.Cli.Terminal;

/// <summary>Text that a person copies into a shell.</summary>
internal static class ShellText
{
    /// <summary>The text as one word of a shell, in quotes where it needs them.</summary>
    public static string Quote(string text) =>
        text.Length > 0
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '.' or '-' or '_' or ':' or '=' or '@' or '+' or ',')
            ? text
            : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
