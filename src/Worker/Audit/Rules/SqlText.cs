using System.Text.RegularExpressions;
using Koda.Worker.Audit.Code;

namespace Koda.Worker.Audit.Rules;

/// <summary>Tells a query that is put together of values from one that is put together of names of tables and columns.</summary>
internal static class SqlText
{
    private static readonly Regex s_query = Compiled(
        @"\b(?:select\s[^;]*?\sfrom|insert\s+(?:ignore\s+)?into|replace\s+into|update\s+\S+\s+set|delete\s+from|drop\s+(?:table|database|user)|alter\s+(?:table|user)|truncate\s+table|create\s+(?:user|database)|call\s+\w+\s*\(|exec(?:ute)?\s+\w+|union\s+(?:all\s+)?select|merge\s+into|grant\s+\w+|where\s+\S+\s*(?:=|<|>|like|in\b)|order\s+by|having\s+\S+\s*[=<>]|values\s*\()[\s\uE000(]?"
    );

    private static readonly Regex s_whole = Compiled(@"^\s*(?:select\s.*?\sfrom\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s)");

    private static readonly Regex s_names = Compiled(
        "\\b(?:from|into|update|join|table|database|schema|index|view|column|exists|truncate|references|only|select|distinct|pragma|savepoint|sequence|trigger|using|by)\\s+[\"`\\[]?(?:[\\w\uE000]+[\"`\\]]?\\.[\"`\\[]?)?$"
    );

    private static readonly Regex s_parameter = Compiled(@"^\s*(?:%s|%\(\w+\)s|\?|:\w|@\w|\$\d)");

    private static readonly Regex s_quotedName = Compiled("(?:\"|`|\\[)$");

    private static readonly Regex s_tableNames = Compiled(
        @"^(?:\S*(?:table|schema|column|field|col|cols|db|database|placeholder|placeholders|binds?|bind_?vars?|marks|qmarks|prefix|quoted?|ident|identifier|sql|clause|where|conditions?|limit|offset|order|orderby|sort_?order|direction|name_?map|keys?|columns|fields|tables|sets?|assignments|params|bindings|returning|suffix|alias|join|joins|join|map|filter|flat|view\w*|query|stmt|statement|select|filters?|escape\w*|quote\w*|wrap\w*|columnize\w*)(?:_?names?|list|str|string|sql|s|\(\))?(?:\s+|$))+$"
    );

    /// <summary>Whether values are put into the text of a query.</summary>
    public static bool IsBuilt(Value value) => value.IsBuilt && s_query.IsMatch(value.Text!) && HasValue(value);

    /// <summary>The same, where the text is a query from its beginning, so that it can be nothing else.</summary>
    public static bool IsWholeQuery(Value value) => value.IsBuilt && s_whole.IsMatch(value.Text!) && HasValue(value);

    /// <summary>Whether a part that is not constant stands in quotes, as a value does.</summary>
    public static bool IsQuoted(string text)
    {
        for (var at = text.IndexOf(Value.Gap, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Value.Gap, at + 1))
        {
            if (text.AsSpan(0, at).Count('\'') % 2 == 1)
                return true;
        }
        return false;
    }

    private static bool HasValue(Value value)
    {
        if (value.Origin == Origin.Input)
            return true;
        if (value.Gaps.Length > 0 && s_tableNames.IsMatch(value.Gaps))
            return false;
        var text = value.Text!;
        for (var at = text.IndexOf(Value.Gap, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Value.Gap, at + 1))
        {
            if (!IsName(text, at) && !IsOperator(text, at))
                return true;
        }
        return false;
    }

    // The operator of a comparison with a parameter.
    private static bool IsOperator(string text, int at) => s_parameter.IsMatch(text[(at + 1)..]);

    // The name of something, not a value: it stands behind a word that wants one, or in the quotes of names.
    private static bool IsName(string text, int at)
    {
        // What stands before all else is a query, or the beginning of one, that was put together elsewhere.
        if (at == 0)
            return true;
        var before = text[Math.Max(0, at - 80)..at];
        if (s_names.IsMatch(before) || IsPartOfName(text, at))
            return true;
        return s_quotedName.IsMatch(before)
            && at + 1 < text.Length
            && text[at + 1] is '"' or '`' or ']'
            && !before.EndsWith("=\"", StringComparison.Ordinal)
            && !before.EndsWith("= \"", StringComparison.Ordinal);
    }

    // What goes on as a name does, outside of quotes, such as the first part of {entity}_id.
    private static bool IsPartOfName(string text, int at) =>
        (text[at - 1] is '_' or '.' || char.IsAsciiLetter(text[at - 1]) || (at + 1 < text.Length && text[at + 1] is '_' or '.'))
        && text.AsSpan(0, at).Count('\'') % 2 == 0;

    private static Regex Compiled(string pattern) =>
        new(pattern, RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.NonBacktracking);
}

/// <summary>Tells whether a part that is not constant can decide which host an address names.</summary>
internal static class AddressText
{
    private static readonly Regex s_own = new(
        @"^(?:(?:(?:ctx|c|context|self|this|HttpContext)\.)?(?:req|request|_req|r|Request|ctx)(?:\(\))?\.(?:URL(?:\.(?:Path|RequestURI|EscapedPath|String))?|RequestURI|Host|host|hostname|headers?\.host|get_host|originalUrl|url|path|Path|full_path|PathInfo|RawUrl)|(?:document\.|window\.)?location(?:\.(?:href|pathname|origin|host))?|document\.(?:URL|documentURI))(?:\.(?:split|slice|substr|substring|replace|trim|toString|concat|join|strip|rstrip|lstrip|String)|\(\)|\[\])*(?:\s|$)",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    public static bool IsOpen(Value value)
    {
        // The address at which it was asked is on this host.
        if (s_own.IsMatch(value.Gaps) || s_own.IsMatch(value.Inputs))
            return false;
        if (value.Text is not { } text)
            return value.Lead == Origin.Input;
        if (value.Lead != Origin.Input)
            return false;
        var at = text.IndexOf(Value.Gap, StringComparison.Ordinal);
        if (at < 0)
            return false;
        var before = text[..at];
        var scheme = before.IndexOf("://", StringComparison.Ordinal);
        return before.Trim().Length == 0 || (scheme >= 0 && !before[(scheme + 3)..].Contains('/', StringComparison.Ordinal));
    }
}
