using Koda.Worker.Audit.Code;

namespace Koda.Worker.Audit.Rules;

/// <summary>
/// A condition on a value. Words: <c>dynamic</c> (not constant), <c>built</c> (put together of constant text and other parts), <c>given</c>
/// (from a caller), <c>input</c> (from a stranger), <c>constant</c>, <c>list</c>, <c>scalar</c>, <c>absent</c>, <c>present</c>, <c>sql</c>,
/// <c>query</c>, <c>address</c> (input that decides the host), <c>secret</c>, <c>password</c>, <c>phrase</c> (constants that look so); then
/// <c>/…/</c> matches its text, <c>~/…/</c> its code, <c>#/…/</c> the names of its parts, <c>@/…/</c> the names that give what a stranger
/// sends, whatever variables they went through; <c>!</c> before any of these is the contrary.
/// </summary>
internal sealed class Condition
{
    private readonly string[] _words;
    private readonly List<(char On, bool Not, Matcher Matcher)> _matchers = [];

    /// <exception cref="FormatException">It is none.</exception>
    public Condition(string text)
    {
        var words = new List<string>();
        var rest = text.Trim();
        while (rest.Length > 0)
        {
            var not = rest.StartsWith('!');
            var on = rest[not ? 1 : 0];
            if (on is '/' or '~' or '#' or '@')
            {
                var from = rest.IndexOf('/', StringComparison.Ordinal) + 1;
                var to = rest.IndexOf("/ ", from, StringComparison.Ordinal) is > 0 and var end ? end : rest.Length - 1;
                _matchers.Add((on, not, new Matcher(rest[from..to])));
                rest = rest[Math.Min(rest.Length, to + 1)..].TrimStart();
                continue;
            }
            var space = rest.IndexOf(' ', StringComparison.Ordinal) is > 0 and var at ? at : rest.Length;
            words.Add(rest[..space]);
            rest = rest[space..].TrimStart();
        }
        _words = [.. words];
    }

    /// <summary>Whether what is not there fulfils it.</summary>
    public bool IsAbsence => _words.Contains("absent");

    /// <summary>Whether it asks where the value comes from.</summary>
    public bool AsksOrigin =>
        _words.Any(word => word.TrimStart('!') is "dynamic" or "built" or "given" or "input" or "sql" or "query" or "address");

    public bool Holds(Value value, string code, Matcher? safe) =>
        _words.All(word => Holds(word, value)) && _matchers.TrueForAll(each => Matches(each, value, code))
        && (safe is null || value.Through.Length == 0 || !safe.IsMatch(value.Through));

    /// <summary>Whether it holds of code that is no value.</summary>
    public bool Holds(string code) => _matchers.TrueForAll(each => each.Matcher.IsMatch(code) != each.Not);

    private static bool Matches((char On, bool Not, Matcher Matcher) each, Value value, string code) =>
        each.Matcher.IsMatch(each.On switch { '/' => value.Text ?? code, '#' => value.Gaps, '@' => value.Inputs, _ => code }) != each.Not;

    private static bool Holds(string word, Value value) => word[0] == '!' ? !IsTrue(word[1..], value) : IsTrue(word, value);

    private static bool IsTrue(string word, Value value) => word switch
    {
        "absent" => false,
        "present" => true,
        "dynamic" => value.IsDynamic,
        "built" => value.IsBuilt,
        "given" => value.Origin >= Origin.Parameter,
        "input" => value.Origin == Origin.Input,
        "constant" => value.IsConstant && !value.IsFunction && !value.IsStructure && value.Text is not null,
        "list" => value.IsStructure,
        "scalar" => !value.IsStructure,
        "sql" => SqlText.IsBuilt(value),
        "query" => SqlText.IsWholeQuery(value),
        "secret" => value.Constant is { } text && !value.IsStructure && SecretText.LooksRandom(text),
        "password" => value.Constant is { } text && !value.IsStructure && SecretText.LooksChosen(text),
        "phrase" => value.Constant is { Length: >= 3 } text && !value.IsStructure && !SecretText.IsPlaceholder(text),
        "address" => value.Origin == Origin.Input && AddressText.IsOpen(value),
        _ => throw new FormatException($"A rule has the unknown condition '{word}'."),
    };
}
