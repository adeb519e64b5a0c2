using Spectre.Console;
using Spectre.Console.Rendering;
using TextMateSharp.Grammars;
using TextMateSharp.Registry;

namespace Koda.Cli.Markdown;

/// <summary>Code in the colours of its language.</summary>
internal static class CodeColours
{
    // Longer ones are no words of a person; and a line that takes a grammar longer than this is shown as it is.
    private const int LongestLine = 2000;
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(50);

    // The first that a token's scopes begin with, from the innermost scope outwards.
    private static readonly (string Scope, Style Style)[] s_styles =
    [
        ("comment", new(decoration: Decoration.Dim)),
        ("string", new(Color.Green)),
        ("constant.character", new(Color.Green)),
        ("constant", new(Color.Olive)),
        ("keyword.operator", Style.Plain),
        ("keyword", new(Color.Purple)),
        ("storage.type", new(Color.Purple)),
        ("storage", new(Color.Purple)),
        ("entity.name.function", new(Color.Navy)),
        ("support.function", new(Color.Navy)),
        ("entity.name", new(Color.Teal)),
        ("support.type", new(Color.Teal)),
        ("markup.inserted", new(Color.Green)),
        ("markup.deleted", new(Color.Maroon)),
        ("variable", Style.Plain),
    ];

    private static readonly Dictionary<string, string> s_otherNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["c#"] = "cs",
        ["bash"] = "sh",
        ["shell"] = "sh",
        ["console"] = "sh",
        ["zsh"] = "sh",
        ["python"] = "py",
        ["javascript"] = "js",
        ["typescript"] = "ts",
        ["golang"] = "go",
        ["rust"] = "rs",
        ["ruby"] = "rb",
        ["markdown"] = "md",
        ["yml"] = "yaml",
        ["kotlin"] = "kt",
    };

    private static readonly RegistryOptions s_languages = new(ThemeName.DarkPlus);
    private static readonly Registry s_grammars = new(s_languages);

    /// <summary>The lines in colour; as they are when nobody knows the language.</summary>
    public static IReadOnlyList<Segment>[] Of(IReadOnlyList<string> lines, string language)
    {
        var grammar = GrammarOf(language.Split(' ', '{', ',')[0]);
        IStateStack? state = null;
        return [.. lines.Select(line =>
        {
            if (grammar is null || line.Length > LongestLine)
                return [new Segment(line)];
            var read = grammar.TokenizeLine(line, state, s_patience);
            state = read.RuleStack;
            return Parts(line, read.Tokens);
        })];
    }

    // Where the grammar was stopped, the rest of the line has no tokens.
    private static IReadOnlyList<Segment> Parts(string line, IToken[] tokens)
    {
        var parts = tokens.Where(token => token.StartIndex < line.Length)
            .Select(token => new Segment(line[token.StartIndex..Math.Min(token.EndIndex, line.Length)], StyleOf(token.Scopes)));
        return [.. parts, new Segment(line[Math.Min(tokens.Length > 0 ? tokens[^1].EndIndex : 0, line.Length)..])];
    }

    private static Style StyleOf(IEnumerable<string> scopes)
    {
        foreach (var scope in scopes.Reverse())
            if (s_styles.FirstOrDefault(entry => scope.StartsWith(entry.Scope, StringComparison.Ordinal)) is { Scope: not null } found)
                return found.Style;
        return Style.Plain;
    }

    private static IGrammar? GrammarOf(string language)
    {
        if (language.Length == 0)
            return null;
        var extension = "." + s_otherNames.GetValueOrDefault(language, language).ToLowerInvariant();
        var scope = s_languages.GetScopeByExtension(extension) ?? s_languages.GetScopeByLanguageId(language.ToLowerInvariant());
        return scope is null ? null : s_grammars.LoadGrammar(scope);
    }
}
