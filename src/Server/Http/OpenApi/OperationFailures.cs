using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Koda.Server.Http.OpenApi;

/// <summary>The bad replies to a method, in the dialect of its service.</summary>
internal sealed class OperationFailures(DialectTable dialects) : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var method = context.ApiDescription.Binding()!.Method;
        var dialect = dialects.Of(method);
        var name = char.ToUpperInvariant(dialect.Name[0]) + dialect.Name[1..] + "Error";
        context.SchemaRepository.Schemas.TryAdd(name, dialect.ErrorSchema);
        var content = new Dictionary<string, IOpenApiMediaType> { [CallReplies.Json] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(name, context.Document) } };
        foreach (var (status, description) in Failures(method))
            operation.Responses!.TryAdd(status, new OpenApiResponse { Description = description, Content = content });
    }

    private static IEnumerable<(string Status, string Description)> Failures(RpcMethod method)
    {
        yield return ("400", "The request is malformed, or has faults: all are named.");
        if (!method.Policy.Anonymous)
        {
            yield return ("401", "There is no valid credential.");
            yield return ("403", "The credential lacks a scope.");
        }

        if (method.Policy.RateBucket is { } bucket)
            yield return ("429", $"More than {bucket.Limit} calls in {bucket.WindowSeconds} seconds; `Retry-After` says when to come back.");
        yield return ("default", "The call failed.");
    }
}
