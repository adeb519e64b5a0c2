using System.Text.RegularExpressions;

namespace Koda.Server.Http.OpenApi;

/// <summary>One request of <c>docs/http</c>.</summary>
/// <param name="Verb">The HTTP method.</param>
/// <param name="Path">The segments of the path, still encoded; a variable stands as <c>{{name}}</c>.</param>
/// <param name="Query">The parameters, decoded.</param>
/// <param name="Body">The JSON of the body; null when there is none.</param>
/// <param name="IsGood">It is answered with success.</param>
internal sealed partial record HttpExample(
    string Verb, IReadOnlyList<string> Path, IReadOnlyDictionary<string, string> Query, string? Body, bool IsGood)
{
    /// <summary>The requests of a file, in its own form or as curl commands.</summary>
    public static IEnumerable<HttpExample> Parse(string file)
    {
        var parts = file.ReplaceLineEndings("\n").Split("### ");
        var variables = Variable().Matches(parts[0]).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["text"].Value);
        return parts.Skip(1).Select(part => Read(part, variables));
    }

    private static HttpExample Read(string part, Dictionary<string, string> variables)
    {
        var match = Curl().Match(part) is { Success: true } curl ? curl : Request().Match(part);
        if (!match.Success)
            throw new FormatException($"This is no request: {part}");
        var body = match.Groups["body"] is { Success: true, Value: var text } && !string.IsNullOrWhiteSpace(text) ? text : null;
        return new HttpExample(
            match.Groups["verb"] is { Success: true, Value: var verb } ? verb : "GET",
            match.Groups["path"].Value[1..].Split('/'),
            match.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
                .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1])),
            variables.Aggregate(body, (filled, variable) =>
                filled?.Replace($"{{{{{variable.Key}}}}}", variable.Value, StringComparison.Ordinal)),
            !Refused().IsMatch(part));
    }

    [GeneratedRegex(@"^@(?<name>\w+) = (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Variable();

    [GeneratedRegex(
        @"^(?<verb>[A-Z]+) \{\{host\}\}(?<path>/[^\s?]*)(\?(?<query>\S*))?\n(?:\S.*\n)*(?:\n(?<body>[\s\S]+))?", RegexOptions.Multiline)]
    private static partial Regex Request();

    [GeneratedRegex(
        @"^curl (?:-X (?<verb>[A-Z]+) )?\{\{host\}\}(?<path>/[^\s?]*)(\?(?<query>\S*))?(?:[\s\S]*-d '(?<body>[^']+)')?",
        RegexOptions.Multiline)]
    private static partial Regex Curl();

    [GeneratedRegex(@"^# Answers [45]\d\d\.", RegexOptions.Multiline)]
    private static partial Regex Refused();
}
