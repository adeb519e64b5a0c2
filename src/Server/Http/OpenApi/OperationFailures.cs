using System.Globalization;
using Koda.Protos.Common.V1;
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
        var content = new Dictionary<string, IOpenApiMediaType>
        {
            [CallReplies.Json] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(name, context.Document) },
        };
        // A dialect may tell several reasons by one status.
        foreach (var failures in Failures(method).GroupBy(failure => dialect.Spell(ErrorCatalogue.Describe(failure.Reason)).HttpStatus))
        {
            operation.Responses!.TryAdd(failures.Key.ToString(CultureInfo.InvariantCulture), new OpenApiResponse
            {
                Description = string.Join(' ', failures.Select(failure => failure.Description)),
                Headers = failures.Any(failure => failure.Reason == ErrorReason.AuthRateLimited) ? RetryAfter() : null,
                Content = content,
            });
        }

        operation.Responses!.TryAdd("default", new OpenApiResponse { Description = "The call failed.", Content = content });
    }

    private static IEnumerable<(ErrorReason Reason, string Description)> Failures(RpcMethod method)
    {
        yield return (ErrorReason.InvalidRequest, "The request is malformed, or has faults: all are named.");
        if (!method.Policy.Anonymous)
        {
            yield return (ErrorReason.Unauthenticated, "There is no valid credential.");
            yield return (ErrorReason.PermissionDenied, "The credential lacks a scope.");
        }

        if (method.RateBucket is not { } bucket)
            yield break;
        var budget = bucket.Limit == 0 ? "the server's settings allow" : $"{bucket.Limit} calls in {bucket.WindowSeconds} seconds";
        yield return (ErrorReason.AuthRateLimited, $"More than {budget}; `Retry-After` says when to come back.");
    }

    private static Dictionary<string, IOpenApiHeader> RetryAfter() =>
        new()
        {
            ["Retry-After"] = new OpenApiHeader
            {
                Description = "In how many seconds to come back.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
            },
        };
}
