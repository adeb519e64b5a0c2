namespace Koda.Worker.Audit.Code;

/// <summary>Finds what the functions of a file are called with that nobody but the file can call.</summary>
/// <param name="code">The file.</param>
/// <param name="functions">Its functions.</param>
internal sealed class Callers(SourceCode code, FunctionIndex functions)
{
    private const int MostCalls = 24;
    private const int LongestDeclaration = 8;

    private readonly Lazy<ILookup<string, int>> _names = new(() =>
        Enumerable.Range(0, code.Tokens.Length).Where(code.IsName).ToLookup(at => code.Tokens[at].Text, StringComparer.Ordinal));

    /// <summary>
    /// What each call gives for a parameter; nothing for those that leave it out. Null: others may call the function, or nobody does.
    /// </summary>
    public IReadOnlyList<Span>? Of(Function function, Parameter parameter)
    {
        var declaration = Enumerable.Range(function.Header.From, 2).FirstOrDefault(at => code.IsName(at, function.Name), -1);
        if (function.Name.Length == 0 || declaration < 0 || !IsPrivate(function, declaration))
            return null;
        var place = -1;
        for (var i = 0; i < function.Parameters.Count; i++)
        {
            if (function.Parameters[i].Declaration.AsSpan().IndexOfAny("{[*.") >= 0)
                return null;
            place = function.Parameters[i].Name == parameter.Name ? i : place;
        }
        var calls = _names.Value[function.Name].Where(at => at != declaration).Take(MostCalls + 1).ToList();
        if (place < 0 || calls.Count is 0 or > MostCalls || calls.Exists(at => !code.Is(at + 1, "(") || code.Is(at - 1, ".")))
            return null;
        var given = new List<Span>();
        foreach (var call in calls)
        {
            var arguments = code.Parts(call + 1);
            if (arguments.Any(argument => code.Is(argument.From, "...") || code.Is(argument.From, "*") || code.Is(argument.From, "**")))
                return null;
            if (arguments.FirstOrDefault(argument => IsNamed(argument, parameter.Name)) is { IsEmpty: false } named)
                given.Add(named with { From = named.From + 2 });
            else if (place < arguments.Count && !arguments[place].IsEmpty)
                given.Add(arguments[place]);
        }
        return given;
    }

    private bool IsNamed(Span argument, string name) =>
        argument.To - argument.From > 2
        && code.IsName(argument.From, name)
        && (code.Is(argument.From + 1, "=") || code.Is(argument.From + 1, ":"));

    // What a script declares is its own where it is not exported; elsewhere what says so, or what stands within a function.
    private bool IsPrivate(Function function, int declaration)
    {
        var words = Enumerable.Range(Math.Max(0, declaration - LongestDeclaration), Math.Min(declaration, LongestDeclaration))
            .Reverse()
            .TakeWhile(code.IsName)
            .Select(at => code.Tokens[at].Text)
            .ToList();
        var isInner = functions.At(declaration) is not null;
        return code.Language switch
        {
            Language.Js => words.Contains("function") && !words.Contains("export"),
            Language.Py => isInner || function.Name.StartsWith('_'),
            Language.Cs => words.Contains("private"),
            _ => false,
        };
    }
}
