namespace Koda.Worker.Audit.Code;

/// <summary>What a file is written in, as far as rules differ.</summary>
internal enum Language
{
    /// <summary>Not known: only credentials are looked for.</summary>
    Other,

    /// <summary>JavaScript and TypeScript.</summary>
    Js,
    Py,
    Cs,
    Go,
    Html,
    Config,
    Env,
    Dockerfile,
    Nginx,
    Sh,
}

internal static class Languages
{
    /// <summary>The languages that are read as code; the others are read line by line.</summary>
    public static bool IsCode(this Language language) => language is Language.Js or Language.Py or Language.Cs or Language.Go;

    /// <summary>How people call it.</summary>
    public static string Shown(this Language language) => language switch
    {
        Language.Js => "JavaScript and TypeScript",
        Language.Py => "Python",
        Language.Cs => "C#",
        Language.Go => "Go",
        Language.Html => "HTML and templates",
        Language.Config => "configuration files",
        Language.Env => "environment files",
        Language.Dockerfile => "Dockerfiles",
        Language.Nginx => "nginx configuration",
        Language.Sh => "shell scripts",
        _ => "other text",
    };

    /// <summary>What the name of a file says.</summary>
    public static Language Of(string name)
    {
        if (name.StartsWith("Dockerfile", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".dockerfile", StringComparison.OrdinalIgnoreCase))
            return Language.Dockerfile;
        if (name.StartsWith(".env", StringComparison.OrdinalIgnoreCase))
            return Language.Env;
        return Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".js" or ".jsx" or ".mjs" or ".cjs" or ".ts" or ".tsx" or ".mts" or ".cts" => Language.Js,
            ".py" or ".pyw" => Language.Py,
            ".cs" or ".csx" => Language.Cs,
            ".go" => Language.Go,
            ".html"
            or ".htm"
            or ".ejs"
            or ".hbs"
            or ".handlebars"
            or ".mustache"
            or ".vue"
            or ".svelte"
            or ".astro"
            or ".cshtml"
            or ".razor"
            or ".jinja"
            or ".jinja2"
            or ".j2"
            or ".gohtml"
            or ".njk"
            or ".pug" => Language.Html,
            ".json" or ".yaml" or ".yml" or ".toml" or ".ini" or ".properties" or ".config" or ".xml" or ".cfg" => Language.Config,
            ".conf" or ".nginx" => Language.Nginx,
            ".sh" or ".bash" or ".zsh" => Language.Sh,
            ".env" => Language.Env,
            _ => Language.Other,
        };
    }

    /// <summary>The language of code that no rule reads, as people call it. Null: it is no code, or one that rules read.</summary>
    public static string? UnreadOf(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".php" or ".phtml" => "PHP",
        ".java" or ".jsp" => "Java",
        ".kt" or ".kts" => "Kotlin",
        ".scala" => "Scala",
        ".rb" or ".erb" => "Ruby",
        ".rs" => "Rust",
        ".c" or ".h" or ".cc" or ".cpp" or ".cxx" or ".hpp" => "C and C++",
        ".m" or ".mm" => "Objective-C",
        ".swift" => "Swift",
        ".vb" => "Visual Basic",
        ".fs" or ".fsx" => "F#",
        ".pl" or ".pm" => "Perl",
        ".lua" => "Lua",
        ".ex" or ".exs" or ".erl" => "Elixir and Erlang",
        ".dart" => "Dart",
        ".ps1" or ".psm1" => "PowerShell",
        ".sql" => "SQL",
        ".coffee" => "CoffeeScript",
        _ => null,
    };

    /// <summary>Splits code into tokens.</summary>
    public static IReadOnlyList<Token> Read(Language language, string text) => language switch
    {
        Language.Py => new PythonLexer(text).Read(),
        Language.Cs => new CSharpLexer(text).Read(),
        Language.Go => new GoLexer(text).Read(),
        _ => new ScriptLexer(text).Read(),
    };
}
