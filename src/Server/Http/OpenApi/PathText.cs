using System.Text;
using Koda.Server.Http.Rest;

namespace Koda.Server.Http.OpenApi;

/// <summary>
/// Route templates as OpenAPI writes them. There, two paths must not differ in the names of their parameters alone, so the first template of
/// a shape names the parameters for all of them.
/// </summary>
internal sealed class PathText
{
    private readonly Dictionary<string, (string Path, string[] Names)> _byShape = new(StringComparer.Ordinal);

    /// <summary>The path, and for each variable of the template the name of its parameter.</summary>
    public (string Path, IReadOnlyList<string> Names) Of(RouteTemplate template)
    {
        var shape = Write(template, _ => "");
        if (!_byShape.TryGetValue(shape, out var known))
        {
            known = (Write(template, variable => variable.Field), [.. template.Variables.Select(variable => variable.Field)]);
            _byShape.Add(shape, known);
        }

        return known;
    }

    /// <summary>What the value of a variable must look like when it spans segments; null for a single segment.</summary>
    public static string? Pattern(RouteTemplate template, RouteVariable variable)
    {
        var segments = template.Segments.Skip(variable.Start).Take(variable.End - variable.Start).ToArray();
        return segments is [RouteTemplate.One]
            ? null
            : "^" + string.Join('/', segments.Select(segment => segment switch
            {
                RouteTemplate.One => "[^/]+",
                RouteTemplate.Rest => ".+",
                _ => segment,
            })) + "$";
    }

    private static string Write(RouteTemplate template, Func<RouteVariable, string> name)
    {
        var text = new StringBuilder();
        for (var i = 0; i < template.Segments.Count; i++)
        {
            var variable = template.Variables.FirstOrDefault(candidate => candidate.Start <= i && i < candidate.End);
            if (variable is not null && variable.Start != i)
                continue;
            text.Append('/').Append(variable is null ? template.Segments[i] : "{" + name(variable) + "}");
        }

        return template.Verb.Length > 0 ? text.Append(':').Append(template.Verb).ToString() : text.ToString();
    }
}
