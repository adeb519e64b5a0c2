using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Koda.Server.Http.OpenApi;

/// <summary>Numbers the second and later paths of a method, and sorts replies, so that the same contract gives the same bytes.</summary>
internal sealed class DocumentOrder : IDocumentFilter
{
    public void Apply(OpenApiDocument document, DocumentFilterContext context)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations!.Values))
        {
            operation.OperationId = Unique(ids, operation.OperationId!);
            operation.Responses = Sorted(operation.Responses!);
        }
    }

    private static string Unique(HashSet<string> ids, string name)
    {
        var id = name;
        for (var number = 2; !ids.Add(id); number++)
            id = $"{name}{number}";
        return id;
    }

    private static OpenApiResponses Sorted(OpenApiResponses responses)
    {
        var sorted = new OpenApiResponses();
        foreach (var (status, response) in responses.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            sorted.Add(status, response);
        return sorted;
    }
}
