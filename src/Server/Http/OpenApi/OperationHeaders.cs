using Koda.Protos.Common.V1;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Koda.Server.Http.OpenApi;

/// <summary>The headers that a method's policy reads.</summary>
internal sealed class OperationHeaders : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (var policy in context.ApiDescription.Bindings().Select(binding => binding.Method.Policy))
        {
            if (policy.Idempotency == Idempotency.Header)
                Add(
                    operation,
                    "Idempotency-Key",
                    "Sent again with the same request, the key gives the first answer again and does nothing twice.");
            if (policy.Sse is { ResumeField.Length: > 0 } sse)
                Add(operation, "Last-Event-ID", $"Goes on after this event; wins over `{sse.ResumeField}`.");
        }
    }

    private static void Add(OpenApiOperation operation, string name, string description) =>
        (operation.Parameters ??= []).Add(
            new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Header,
                Description = description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
}
