namespace Koda.Worker.Audit.Code;

/// <summary>Finds the function that a place is in.</summary>
internal sealed class FunctionIndex
{
    private const int Deepest = 64;
    private const int LongestHeader = 1000;

    private readonly List<Function> _functions;
    private readonly int[] _innermost;
    private readonly int[] _outer;
    private readonly HashSet<int> _headers;
    private readonly HashSet<int> _headerTokens;

    public FunctionIndex(SourceCode code)
    {
        _functions = [.. Functions.Of(code).OrderBy(function => function.Body.From).ThenByDescending(function => function.Body.To)];
        _outer = new int[_functions.Count];
        _innermost = new int[code.Tokens.Length];
        var open = new Stack<int>();
        var next = 0;
        for (var i = 0; i < _innermost.Length; i++)
        {
            while (open.TryPeek(out var last) && _functions[last].Body.To <= i)
                open.Pop();
            for (; next < _functions.Count && _functions[next].Body.From <= i; next++)
            {
                _outer[next] = open.TryPeek(out var around) ? around : -1;
                if (_functions[next].Body.To > i)
                    open.Push(next);
            }
            _innermost[i] = open.TryPeek(out var current) ? current : -1;
        }
        _headers =
        [
            .. _functions.SelectMany(function =>
                Enumerable
                    .Range(function.Header.From, function.Header.To - function.Header.From)
                    .Where(i => code.Is(i, "(") && function.Header.From >= i - 4)
                    .Take(1)),
        ];
        _headerTokens = [.. _headers.SelectMany(open => Enumerable.Range(open, Math.Min(code.Match(open) - open, LongestHeader)))];
        Declared = _functions.Select(function => function.Name).Where(name => name.Length > 0).ToHashSet();
    }

    /// <summary>The names of the functions that the file declares.</summary>
    public IReadOnlySet<string> Declared { get; }

    /// <summary>The names that its functions are called by, once for each.</summary>
    public IEnumerable<string> Called => _functions.Select(function => function.Called).Where(name => name.Length > 0);

    /// <summary>Whether a bracket opens the parameters of a function.</summary>
    public bool IsHeader(int open) => _headers.Contains(open);

    /// <summary>Whether a token stands in the parameters of a function.</summary>
    public bool IsInHeader(int token) => _headerTokens.Contains(token);

    /// <summary>The function around a token. Null: none.</summary>
    public Function? At(int token) => token < _innermost.Length && _innermost[token] is >= 0 and var index ? _functions[index] : null;

    /// <summary>The functions around a token, the innermost first.</summary>
    public IEnumerable<Function> Around(int token)
    {
        var index = token < _innermost.Length ? _innermost[token] : -1;
        for (var depth = 0; index >= 0 && depth < Deepest; (index, depth) = (_outer[index], depth + 1))
            yield return _functions[index];
    }

    /// <summary>The function that is declared next behind a token. Null: none.</summary>
    public Function? Behind(int token) => _functions.Find(function => function.Header.From > token);

    /// <summary>The parameter that a name means at a token. Null: it means none.</summary>
    public (Function Function, Parameter Parameter)? ParameterOf(string name, int token)
    {
        for (var (index, depth) = (_innermost[token], 0); index >= 0 && depth < Deepest; (index, depth) = (_outer[index], depth + 1))
        {
            foreach (var parameter in _functions[index].Parameters)
            {
                if (parameter.Name == name)
                    return (_functions[index], parameter);
            }
        }
        return null;
    }

    /// <summary>Whether what is bound at one token is known at another: it is bound in the same function or in one around it.</summary>
    public bool Sees(int token, int bound)
    {
        var index = _innermost[token];
        for (var depth = 0; index != _innermost[bound] && index >= 0 && depth < Deepest; depth++)
            index = _outer[index];
        return index == _innermost[bound];
    }
}
