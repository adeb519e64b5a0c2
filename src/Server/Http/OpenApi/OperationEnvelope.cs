using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Koda.Server.Http.OpenApi;

/// <summary>Puts the good replies to a method, which are all that it has yet, within the envelope of its dialect.</summary>
internal sealed class OperationEnvelope(DialectTable dialects) : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var binding = context.ApiDescription.Binding()!;
        var envelope = binding.EnvelopeOf(dialects.Of(binding.Method));
        if (envelope.Length == 0)
            return;
        // Events of a feed have none.
        foreach (var reply in operation.Responses!.Values)
        {
            if (reply.Content?.TryGetValue(CallReplies.Json, out var content) is true && content is OpenApiMediaType json)
                json.Schema = Within(envelope, json.Schema!);
        }
    }

    private static OpenApiSchema Within(string envelope, IOpenApiSchema reply) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema> { [envelope] = reply },
        Required = new HashSet<string> { envelope },
    };
}
