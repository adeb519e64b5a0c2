using System.CommandLine;

namespace Koda.Cli;

/// <summary>Options and arguments that take one of a few words.</summary>
internal static class OneOf
{
    /// <summary>Takes these words alone, completes them, and names them when another one is given.</summary>
    public static Option<T> Among<T>(this Option<T> option, params string[] words)
    {
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (Problem(option.Name, token.Value, words) is { } problem)
                    result.AddError(problem);
        });
        option.CompletionSources.Add(words);
        return option;
    }

    /// <inheritdoc cref="Among{T}(Option{T}, string[])"/>
    public static Argument<T> Among<T>(this Argument<T> argument, params string[] words)
    {
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (Problem($"<{argument.Name}>", token.Value, words) is { } problem)
                    result.AddError(problem);
        });
        argument.CompletionSources.Add(words);
        return argument;
    }

    private static string? Problem(string name, string given, string[] words) =>
        words.Contains(given) ? null : $"{name} takes one of {string.Join(", ", words)}, not '{given}'.{Nearest.Suggestion(given, words)}";
}
