using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Koda.Server.Http.OpenApi;

/// <summary>Comments of fields, null where the contract says so, and that requests are read strictly.</summary>
internal sealed class FieldSchemas(DocumentNames names, ProtoComments comments) : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema { Properties: { } properties } message || names.MessageOf(context.Type) is not { } type)
            return;
        var isSent = Sent.Is(context.Type);
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            var property = field.Policy().WriteNull && !isSent ? OrNull(properties[field.Name]) : properties[field.Name];
            if (comments.Of(field) is { Length: > 0 } comment)
                property.Description = comment;
            properties[field.Name] = property;
        }

        // A field that is not declared is a fault of a request; a reply may have more of them one day.
        message.AdditionalPropertiesAllowed = !isSent;
    }

    private static OpenApiSchema OrNull(IOpenApiSchema schema)
    {
        if (schema is not OpenApiSchema plain)
            return new OpenApiSchema { AnyOf = [schema, new OpenApiSchema { Type = JsonSchemaType.Null }] };
        // A schema without a type takes null as it is.
        plain.Type |= JsonSchemaType.Null;
        return plain;
    }
}
