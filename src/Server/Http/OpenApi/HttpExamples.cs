using Koda.Server.Http.Rest;

namespace Koda.Server.Http.OpenApi;

/// <summary>The requests of <c>docs/http</c>, which tests send: what a reader finds filled in is what works.</summary>
internal sealed class HttpExamples
{
    private const string Folder = "docs/http/";

    private readonly HttpExample[] _examples = [.. Files().SelectMany(HttpExample.Parse)];

    /// <summary>The first example of a call, one that is answered with success if there is one; null when there is none at all.</summary>
    public HttpExample? Of(RestBinding binding) =>
        _examples
            .Where(example => example.Verb == binding.Verb && IsOf(binding.Template, example.Path))
            .OrderByDescending(example => example.IsGood)
            .FirstOrDefault();

    private static bool IsOf(RouteTemplate template, IReadOnlyList<string> path) =>
        path.Count == template.Segments.Count
        && path.Zip(template.Segments).All(pair => pair.Second == RouteTemplate.One || pair.First == pair.Second);

    private static IEnumerable<string> Files()
    {
        var assembly = typeof(HttpExamples).Assembly;
        foreach (
            var name in assembly
                .GetManifestResourceNames()
                .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return reader.ReadToEnd();
        }
    }
}
