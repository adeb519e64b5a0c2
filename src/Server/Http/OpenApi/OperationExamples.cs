using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Koda.Server.Http.Rest;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Koda.Server.Http.OpenApi;

/// <summary>Fills in the body and the parameters of a call as its example in <c>docs/http</c> has them.</summary>
internal sealed class OperationExamples(HttpExamples examples) : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var binding = context.ApiDescription.Binding()!;
        if (examples.Of(binding) is { } example)
            FillParameters(operation, binding, example);
        // The body is the same at each path of a method, and one example of it is enough.
        if (operation.RequestBody is { Content: { } content }
            && RestBinding
                .Of(binding.Method)
                .Prepend(binding)
                .Select(path => examples.Of(path)?.Body)
                .FirstOrDefault(body => body is not null)
                is { } body)
        {
            FillBody(content, body);
        }
    }

    private static void FillParameters(OpenApiOperation operation, RestBinding binding, HttpExample example)
    {
        // An id that only a running server can give stays open.
        var values = binding.Template.Bind(example.Path).Where(value => !value.Value.StartsWith("{{", StringComparison.Ordinal))
            .Concat(example.Query.Select(pair => (Field: pair.Key, pair.Value)))
            .ToDictionary(value => value.Field, value => value.Value);
        foreach (var parameter in operation.Parameters!.OfType<OpenApiParameter>())
        {
            if (values.TryGetValue(parameter.Name!, out var value))
                parameter.Example = Json(binding.Method.Descriptor.InputType.Field(parameter.Name!)!, value);
        }
    }

    private static void FillBody(IDictionary<string, IOpenApiMediaType> content, string body)
    {
        // As an extension, since the writer leaves out an example that is an empty object, and a page would make one up.
        foreach (var media in content.Values.OfType<OpenApiMediaType>())
            media.Extensions = new Dictionary<string, IOpenApiExtension> { ["example"] = new JsonNodeExtension(JsonNode.Parse(body)!) };
    }

    private static JsonValue Json(FieldDescriptor field, string value) => field.FieldType switch
    {
        FieldType.Bool => JsonValue.Create(bool.Parse(value)),
        FieldType.Double or FieldType.Float => JsonValue.Create(double.Parse(value, CultureInfo.InvariantCulture)),
        FieldType.String or FieldType.Enum or FieldType.Bytes or FieldType.Message => JsonValue.Create(value),
        _ => JsonValue.Create(long.Parse(value, CultureInfo.InvariantCulture)),
    };
}
