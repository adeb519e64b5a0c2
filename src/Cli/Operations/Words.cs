using System.CommandLine;

namespace Koda.Cli.Operations;

/// <summary>Values of the contract in the words of people.</summary>
internal static class Words
{
    /// <summary>A value's name in lower case with hyphens, as <c>awaiting-approval</c>.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => string.Concat(value.ToString().Select(Letter));

    /// <summary>An option that takes one of the values of the contract. Not given: the unspecified one.</summary>
    public static Option<string> Option<T>(string name, string description)
        where T : struct, Enum =>
        new Option<string>(name) { Description = description, DefaultValueFactory = _ => "" }
            .Among([.. Enum.GetValues<T>().Skip(1).Select(Of)]);

    /// <summary>The value that a word stands for; the unspecified one for none.</summary>
    public static T Value<T>(string? word)
        where T : struct, Enum => Enum.GetValues<T>().FirstOrDefault(value => Of(value) == word);

    private static string Letter(char letter, int at) =>
        char.IsUpper(letter) ? (at > 0 ? "-" : "") + char.ToLowerInvariant(letter) : $"{letter}";
}
