using System.Text.RegularExpressions;
using HttpRule = Google.Api.HttpRule;

namespace Koda.House.Tests;

/// <summary>Routes as <c>GET /path/{field}</c>.</summary>
internal static partial class HttpRoute
{
    public static string Of(HttpRule rule) => rule.PatternCase switch
    {
        HttpRule.PatternOneofCase.Get => "GET " + rule.Get,
        HttpRule.PatternOneofCase.Put => "PUT " + rule.Put,
        HttpRule.PatternOneofCase.Post => "POST " + rule.Post,
        HttpRule.PatternOneofCase.Delete => "DELETE " + rule.Delete,
        HttpRule.PatternOneofCase.Patch => "PATCH " + rule.Patch,
        _ => rule.Custom.Kind + " " + rule.Custom.Path,
    };

    /// <summary>The route without the names of its fields: two routes of one shape overlap.</summary>
    public static string Shape(string route) => Field().Replace(route, "{}");

    /// <summary>The requests of an <c>.http</c> file, in its own form or as curl commands, as <c>GET /path</c>.</summary>
    public static IEnumerable<string> Examples(SourceFile file) => Request().Matches(file.Text)
        .Select(match => $"{match.Groups["method"].Value} {match.Groups["path"].Value}")
        .Concat(Curl().Matches(file.Text).Select(match =>
            $"{(match.Groups["method"].Success ? match.Groups["method"].Value : "GET")} {match.Groups["path"].Value}"));

    public static bool Matches(string route, string example) =>
        Regex.IsMatch(example, "^" + Regex.Escape(Shape(route)).Replace(@"\{}", "[^/]+", StringComparison.Ordinal) + "$");

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Field();

    [GeneratedRegex(@"^(?<method>GET|PUT|POST|DELETE|PATCH) \{\{host\}\}(?<path>/[^\s?]*)", RegexOptions.Multiline)]
    private static partial Regex Request();

    [GeneratedRegex(@"^curl (?:-X (?<method>[A-Z]+) )?\{\{host\}\}(?<path>/[^\s?]*)", RegexOptions.Multiline)]
    private static partial Regex Curl();
}
