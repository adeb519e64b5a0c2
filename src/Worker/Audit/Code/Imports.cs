namespace Koda.Worker.Audit.Code;

/// <summary>What a file imports, and under which names.</summary>
internal static class Imports
{
    /// <summary>Each name with what it stands for.</summary>
    public static IEnumerable<(string Name, string Meaning)> Of(SourceCode code)
    {
        for (var i = 0; i < code.Tokens.Length; i++)
        {
            if (code.Tokens[i].Kind != TokenKind.Name)
                continue;
            var found = (code.Language, code.Tokens[i].Text) switch
            {
                (Language.Js, "import") => Script(code, i),
                (Language.Py, "import") when !IsFrom(code, i) => Python(code, i),
                (Language.Py, "from") => PythonFrom(code, i),
                (Language.Go, "import") => Go(code, i),
                (Language.Cs, "using") => CSharp(code, i),
                _ => [],
            };
            foreach (var import in found)
                yield return import;
        }
    }

    /// <summary>The name of a module as rules write it.</summary>
    public static string Module(Language language, string path)
    {
        if (language != Language.Go)
            return path.StartsWith("node:", StringComparison.Ordinal) ? path[5..] : path;
        // Two packages of the same name that differ in what matters.
        if (path is "math/rand" or "text/template")
            return path;
        if (path == "math/rand/v2")
            return "math/rand";
        var parts = path.Split('/');
        var last = parts.Length > 1 && parts[^1] is ['v', >= '0' and <= '9', ..] ? parts[^2] : parts[^1];
        return last.Split('.')[0];
    }

    // import a, { b as c } from 'm';   import * as a from 'm';   import a = require('m');
    private static IEnumerable<(string Name, string Meaning)> Script(SourceCode code, int at)
    {
        var statement = code.StatementAt(at);
        if (statement.From != at)
            yield break;
        var from = Enumerable
            .Range(at, statement.To - at)
            .FirstOrDefault(i => code.IsName(i, "from") && i + 1 < statement.To && code.Tokens[i + 1].Kind == TokenKind.Text, -1);
        // A list in braces ends the statement for those who look for blocks.
        for (var i = at + 1; from < 0 && i < Math.Min(at + 400, code.Tokens.Length - 1) && !code.Is(i, ";"); i++)
            from = code.IsName(i, "from") && code.Tokens[i + 1].Kind == TokenKind.Text ? i : -1;
        if (from < 0)
            yield break;
        var module = Module(Language.Js, code.Tokens[from + 1].Text);
        for (var i = at + 1; i < from; i++)
        {
            if (code.Is(i, "*") && code.IsName(i + 1, "as") && code.IsName(i + 2))
            {
                yield return (code.Tokens[i + 2].Text, module);
                i += 2;
            }
            else if (code.Is(i, "{"))
            {
                foreach (var part in code.Parts(i).Where(part => code.IsName(part.To - 1)))
                    yield return (
                        code.Tokens[part.To - 1].Text,
                        $"{module}.{code.Tokens[code.IsName(part.From, "type") && part.To - part.From == 2 ? part.From + 1 : part.From].Text}"
                    );
                i = code.Match(i);
            }
            else if (code.IsName(i) && code.Tokens[i].Text != "type")
            {
                yield return (code.Tokens[i].Text, module);
            }
        }
    }

    private static bool IsFrom(SourceCode code, int at) =>
        Enumerable.Range(Math.Max(0, at - 24), Math.Min(24, at)).Any(i => code.IsName(i, "from") && code.StatementAt(i).Holds(at));

    private static IEnumerable<(string Name, string Meaning)> Python(SourceCode code, int at)
    {
        var statement = code.StatementAt(at);
        foreach (var part in code.Split(new Span(at + 1, statement.To), ","))
        {
            var (path, name) = Dotted(code, part);
            if (name is not null)
                yield return (name, path);
            else if (path.Length > 0)
                yield return (path.Split('.')[0], path.Split('.')[0]);
        }
    }

    private static IEnumerable<(string Name, string Meaning)> PythonFrom(SourceCode code, int at)
    {
        var statement = code.StatementAt(at);
        var import = Enumerable.Range(at, statement.To - at).FirstOrDefault(i => code.IsName(i, "import"), -1);
        if (import < 0 || statement.From != at)
            yield break;
        var module = string.Concat(code.Tokens[(at + 1)..import].Select(token => token.Text));
        var names = code.Is(import + 1, "(") ? code.Parts(import + 1) : code.Split(new Span(import + 1, statement.To), ",");
        foreach (var part in names)
        {
            var (path, name) = Dotted(code, part);
            if (path.Length > 0)
                yield return (name ?? path, $"{module}.{path}");
        }
    }

    private static (string Path, string? Name) Dotted(SourceCode code, Span part)
    {
        var path = "";
        for (var i = part.From; i < part.To; i++)
        {
            if (code.IsName(i, "as"))
                return (path, code.IsName(i + 1) ? code.Tokens[i + 1].Text : null);
            if (code.Tokens[i].Kind == TokenKind.Name || code.Is(i, "."))
                path += code.Tokens[i].Text;
        }
        return (path, null);
    }

    private static IEnumerable<(string Name, string Meaning)> Go(SourceCode code, int at)
    {
        var end = code.Is(at + 1, "(") ? code.Match(at + 1) : Math.Min(at + 3, code.Tokens.Length);
        for (var i = at + 1; i < end; i++)
        {
            if (code.Tokens[i].Kind != TokenKind.Text)
                continue;
            var module = Module(Language.Go, code.Tokens[i].Text);
            yield return (code.IsName(i - 1) && !code.IsName(i - 1, "import") ? code.Tokens[i - 1].Text : module.Split('/')[^1], module);
        }
    }

    // using Alias = Some.Type;
    private static IEnumerable<(string Name, string Meaning)> CSharp(SourceCode code, int at)
    {
        if (!code.IsName(at + 1) || !code.Is(at + 2, "="))
            yield break;
        var meaning = "";
        for (var i = at + 3; i < code.Tokens.Length && (code.IsName(i) || code.Is(i, ".")); i++)
            meaning += code.Tokens[i].Text;
        if (meaning.Length > 0)
            yield return (code.Tokens[at + 1].Text, meaning);
    }
}
