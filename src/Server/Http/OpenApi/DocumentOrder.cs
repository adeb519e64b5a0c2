using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Koda.Server.Http.OpenApi;

/// <summary>Sorts a document, so that the same contract gives the same bytes, and numbers the second and later paths of a method in that order.</summary>
internal sealed class DocumentOrder : IDocumentFilter
{
    public void Apply(OpenApiDocument document, DocumentFilterContext context)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var sorted = new OpenApiPaths();
        foreach (var (path, item) in document.Paths.OrderBy(path => path.Key, StringComparer.Ordinal))
        {
            var operations = item.Operations!.OrderBy(operation => operation.Key.Method, StringComparer.Ordinal).ToList();
            foreach (var (_, operation) in operations)
            {
                operation.OperationId = Unique(ids, operation.OperationId!);
                operation.Responses = Sorted(operation.Responses!);
            }

            sorted.Add(path, new OpenApiPathItem { Operations = operations.ToDictionary() });
        }

        document.Paths = sorted;
    }

    private static string Unique(HashSet<string> ids, string name)
    {
        var id = name;
        for (var number = 2; !ids.Add(id); number++) id = $"{name}{number}";
        return id;
    }

    private static OpenApiResponses Sorted(OpenApiResponses responses)
    {
        var sorted = new OpenApiResponses();
        foreach (var (status, response) in responses.OrderBy(entry => entry.Key, StringComparer.Ordinal)) sorted.Add(status, response);
        return sorted;
    }
}
