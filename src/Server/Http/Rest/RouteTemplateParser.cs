namespace Koda.Server.Http.Rest;

/// <summary>Reads the template grammar of <c>google/api/http.proto</c>.</summary>
internal sealed class RouteTemplateParser(string text)
{
    private readonly List<string> _segments = [];
    private readonly List<RouteVariable> _variables = [];
    private int _position;

    private char Next => _position < text.Length ? text[_position] : '\0';

    /// <exception cref="FormatException">The template breaks the grammar.</exception>
    public RouteTemplate Parse()
    {
        Expect('/');
        ReadSegments(inVariable: false);
        var verb = "";
        if (Next == ':')
        {
            _position++;
            verb = ReadLiteral();
        }

        if (_position != text.Length)
            throw Fault("unexpected text");
        var rest = _segments.IndexOf(RouteTemplate.Rest);
        if (rest >= 0 && rest != _segments.Count - 1)
            throw Fault("** must come last");
        return new RouteTemplate(text, _segments, _variables, verb);
    }

    private void ReadSegments(bool inVariable)
    {
        ReadSegment(inVariable);
        while (Next == '/')
        {
            _position++;
            ReadSegment(inVariable);
        }
    }

    private void ReadSegment(bool inVariable)
    {
        if (Next == '{' && !inVariable)
            ReadVariable();
        else if (Next == '*')
        {
            _position++;
            var rest = Next == '*';
            if (rest)
                _position++;
            _segments.Add(rest ? RouteTemplate.Rest : RouteTemplate.One);
        }
        else
            _segments.Add(ReadLiteral());
    }

    private void ReadVariable()
    {
        Expect('{');
        var start = _segments.Count;
        var field = ReadWhile(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.');
        if (Next == '=')
        {
            _position++;
            ReadSegments(inVariable: true);
        }
        else
            _segments.Add(RouteTemplate.One);

        Expect('}');
        if (_variables.Any(variable => variable.Field == field))
            throw Fault($"{field} stands twice");
        _variables.Add(new RouteVariable(field, start, _segments.Count));
    }

    private string ReadLiteral() => ReadWhile(c => c is not ('/' or ':' or '{' or '}' or '*' or '=' or '\0'));

    private string ReadWhile(Func<char, bool> accepts)
    {
        var start = _position;
        while (_position < text.Length && accepts(text[_position]))
            _position++;
        return _position > start ? text[start.._position] : throw Fault("a name is missing");
    }

    private void Expect(char expected)
    {
        if (Next != expected)
            throw Fault($"'{expected}' is missing");
        _position++;
    }

    private FormatException Fault(string what) => new($"The path template {text} is not valid: {what} at position {_position + 1}.");
}
