using System.Text.RegularExpressions;
using Koda.Worker.Audit.Code;

namespace Koda.Worker.Audit.Scan;

/// <summary>Tells what a place in code depends on.</summary>
/// <param name="file">The file.</param>
internal sealed partial class Circumstances(CodeFile file)
{
    private const int Deepest = 12;

    private readonly SourceCode _code = file.Code;

    /// <summary>
    /// Whether a test of an option stands around a place (<c>if (insecure) { … }</c>, <c>insecure ? … : …</c>), it is what an option is
    /// without being given (<c>defaults({ … })</c>), or what it is put into is called by it (<c>insecureClient = …</c>).
    /// </summary>
    public bool IsSwitched(int token)
    {
        if (IsOption(_code.Normalized(_code.StatementAt(token) with { To = token }))
            || Option().IsMatch(TestOf(token))
            || file.Functions.Around(token).Any(function => Chosen().IsMatch(function.Called)))
            return true;
        for (var (open, depth) = (_code.Parent(token), 0); open > 0 && depth < Deepest; (open, depth) = (_code.Parent(open), depth + 1))
        {
            if (TestBefore(open) is var before && (IsOption(before) || Chosen().IsMatch(before)))
                return true;
        }
        return false;
    }

    // What stands between = and ? in the rest of a statement.
    private string TestOf(int token)
    {
        var value = _code.Normalized(_code.StatementAt(token) with { From = token });
        var from = value.IndexOf(" = ", StringComparison.Ordinal);
        var to = from < 0 ? -1 : value.IndexOf(" ? ", from, StringComparison.Ordinal);
        return to < 0 ? "" : value[from..to];
    }

    /// <summary>Whether it happens only while the program is developed (<c>if (config.dev) { … }</c>).</summary>
    public bool IsOfDevelopment(int token)
    {
        for (var (open, depth) = (_code.Parent(token), 0); open > 0 && depth < Deepest; (open, depth) = (_code.Parent(open), depth + 1))
        {
            if (Development().IsMatch(_code.Normalized(_code.StatementAt(open - 1) with { To = open })))
                return true;
        }
        return false;
    }

    // What stands before a block; before the block of an else, also what stands before the one that it is the other of.
    private string TestBefore(int open)
    {
        var statement = _code.StatementAt(open - 1) with { To = open };
        var text = _code.Normalized(statement);
        return
            statement.From > 0
            && _code.Is(statement.From - 1, "}")
            && text.StartsWith("else", StringComparison.Ordinal)
            && _code.Match(statement.From - 1) is > 0 and var before
            && before < statement.From
            ? $"{_code.Normalized(_code.StatementAt(before - 1) with { To = before })} {text}"
            : text;
    }

    private static bool IsOption(string test) => Test().IsMatch($"{test} ") && Option().IsMatch(test);

    [GeneratedRegex(
        @"(?:^|\. )(?:defaults|defaultsDeep) \(|(?:^|[ .])(?:defaults?|default_?\w+|\w+[dD]efaults) (?::|=)|^(?:\w+ )*\w*(?:[iI]nsecure|[uU]nverified|[nN]o_?[vV]erif|[sS]kip_?[vV]erif)\w*(?: :?= .*)?$",
        RegexOptions.NonBacktracking)]
    private static partial Regex Chosen();

    [GeneratedRegex(
        @"\bconfigure \( development ,|^if\b.*(?:[=( ]=? development\b|\bIsDevelopment \(|[. ](?:is_?)?[dD]ev(?:el|Mode|elopment)? \)|\b__DEV__\b)", RegexOptions.NonBacktracking)]
    private static partial Regex Development();

    [GeneratedRegex(@"^(?:\} )?(?:if|elif|else|unless|case|when)\b| \? | && ", RegexOptions.NonBacktracking)]
    private static partial Regex Test();

    [GeneratedRegex(
        @"insecure|unsafe|verif|valid|skip|ignore|allow|trust|self_?(?:signed|cert)|strict|reject|no_?(?:cert|check)|cert_?check|check_?(?:cert|host)|debug|develop|production|\bdev\b|is_?dev|dev_?(?:mode|web)|node_env|\btest|disable|force|localhost|loopback",
        RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Option();
}
