using System.Text.RegularExpressions;

namespace Koda.Server.Http.Rest;

/// <summary>
/// A path of a <c>google.api.http</c> rule, such as <c>/v1/{name=shelves/*}/books/{id}:archive</c>, whose grammar the transcoder has
/// checked.
/// </summary>
/// <param name="Text">The template as declared.</param>
/// <param name="Segments">Literals; <c>*</c> for one segment, and <c>**</c>, last only, for all that are left.</param>
/// <param name="Variables">The request fields that the path fills.</param>
/// <param name="Verb">What follows the last colon; empty: no verb.</param>
internal sealed partial record RouteTemplate(
    string Text, IReadOnlyList<string> Segments, IReadOnlyList<RouteVariable> Variables, string Verb)
{
    public const string One = "*";
    public const string Rest = "**";

    public static RouteTemplate Parse(string text)
    {
        var verb = text.LastIndexOf(':');
        var path = verb < 0 ? text[1..] : text[1..verb];
        var variables = new List<RouteVariable>();
        // A variable stands for the segments of its pattern, so slashes count segments within it too.
        var plain = Variable().Replace(path, match =>
        {
            var pattern = match.Groups["pattern"] is { Success: true } given ? given.Value : One;
            var start = path.AsSpan(0, match.Index).Count('/');
            variables.Add(new RouteVariable(match.Groups["field"].Value, start, start + pattern.AsSpan().Count('/') + 1));
            return pattern;
        });
        return new RouteTemplate(text, plain.Split('/'), variables, verb < 0 ? "" : text[(verb + 1)..]);
    }

    /// <summary>The values of the variables, decoded.</summary>
    /// <param name="path">The segments of a path that matches, still encoded.</param>
    public IEnumerable<(string Field, string Value)> Bind(IReadOnlyList<string> path)
    {
        foreach (var variable in Variables)
        {
            var end = Segments[^1] == Rest && variable.End == Segments.Count ? path.Count : variable.End;
            // A value of several segments keeps %2F as it is: decoded, it could not be told from the slashes between them.
            var value = end - variable.Start == 1 && Segments[variable.Start] != Rest
                ? Uri.UnescapeDataString(path[variable.Start])
                : string.Join('/', path.Skip(variable.Start).Take(end - variable.Start).Select(DecodeKeepingSlashes));
            yield return (variable.Field, value);
        }
    }

    private static string DecodeKeepingSlashes(string segment) =>
        Uri.UnescapeDataString(segment.Replace("%2F", "%252F", StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex(@"\{(?<field>[\w.]+)(=(?<pattern>[^}]*))?\}")]
    private static partial Regex Variable();
}

/// <summary>A request field and the segments that fill it.</summary>
/// <param name="Field">The field's path.</param>
/// <param name="Start">The first segment.</param>
/// <param name="End">The segment after the last.</param>
internal sealed record RouteVariable(string Field, int Start, int End);
